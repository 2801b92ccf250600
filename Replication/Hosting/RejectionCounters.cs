using System.Collections.Concurrent;
using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>What was dropped, by kind and sender. The kinds and senders are few, so the table is bounded.</summary>
public sealed class RejectionCounters
{
    private readonly ConcurrentDictionary<(RejectionKind Kind, ReplicaId From), long> _counts = new();

    /// <summary>What the replica suspects others of, because of what they sent or did not send.</summary>
    public SuspicionCounters Suspicions { get; } = new(TimeProvider.System);

    /// <summary>Counts one; gives the new count.</summary>
    public long Add(RejectionKind kind, ReplicaId from)
    {
        if (SuspicionKinds.Of(kind) is { } suspicion) Suspicions.Add(suspicion, from);
        return Count(kind, from);
    }

    /// <summary>The counts, by names like <c>BadSignature from r2</c>.</summary>
    public SortedDictionary<string, long> Snapshot() =>
        new(_counts.ToDictionary(each => $"{each.Key.Kind} from {each.Key.From}", each => each.Value, StringComparer.Ordinal), StringComparer.Ordinal);

    private long Count(RejectionKind kind, ReplicaId from) => _counts.AddOrUpdate((kind, from), 1, static (_, count) => count + 1);
}
