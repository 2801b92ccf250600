using System.Runtime.CompilerServices;

namespace KvStore.Replication.Pool.Network;

/// <summary>A count for each value of a small enumeration, without a lock.</summary>
internal sealed class KindCounters<TKind>
    where TKind : struct, Enum
{
    private readonly long[] _counts = new long[Enum.GetValues<TKind>().Max(IndexOf) + 1];

    /// <summary>Counts one; gives the new count.</summary>
    public long Add(TKind kind) => Interlocked.Increment(ref _counts[IndexOf(kind)]);

    /// <summary>Those that are not 0.</summary>
    public IReadOnlyDictionary<TKind, long> Snapshot() =>
        Enum.GetValues<TKind>().Select(kind => (Kind: kind, Count: Interlocked.Read(ref _counts[IndexOf(kind)]))).Where(each => each.Count > 0)
            .ToDictionary(each => each.Kind, each => each.Count);

    private static int IndexOf(TKind kind) => Unsafe.As<TKind, int>(ref kind);
}
