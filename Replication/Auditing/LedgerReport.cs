using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Replication.Auditing;

/// <summary>What a ledger has that holds.</summary>
/// <param name="Checkpoint">The newest certified checkpoint in its directory; null when there is none.</param>
public sealed record LedgerReport(QuorumCertificate<Checkpoint>? Checkpoint)
{
    /// <summary>The positions that it has, without gaps from the first to the last of each.</summary>
    public ImmutableArray<(ulong First, ulong Last)> Runs { get; private init; } = [];

    /// <summary>The position that follows; null before the first file.</summary>
    public ulong? Next { get; private init; }

    /// <summary>How many files it has.</summary>
    public int Files { get; private init; }

    /// <summary>The bytes behind the last whole entry: being written, or torn by a crash.</summary>
    public long TornBytes { get; private init; }

    internal LedgerReport With(LedgerExtent extent)
    {
        var runs = Runs;
        if (extent.Next > extent.First)
        {
            var joins = !runs.IsEmpty && runs[^1].Last + 1 == extent.First;
            runs = joins ? runs.SetItem(runs.Length - 1, (runs[^1].First, extent.Next - 1)) : runs.Add((extent.First, extent.Next - 1));
        }

        return this with { Runs = runs, Next = extent.Next, Files = Files + 1, TornBytes = extent.Bytes - extent.WholeBytes };
    }
}
