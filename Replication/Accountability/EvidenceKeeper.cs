using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Accountability;

/// <summary>
/// Contradictory statements in one shard, the first few of every signer: one pair is enough to convict, and nobody can fill memory or disk with more.
/// </summary>
/// <param name="context">What the statements are bound to.</param>
/// <param name="members">The members' keys, by replica id.</param>
/// <param name="files">Where they are kept over restarts; null for a cluster that is in memory only.</param>
public sealed class EvidenceKeeper(StatementContext context, ImmutableArray<PublicKey> members, EvidenceFiles? files = null)
{
    /// <summary>The most records of one signer in one shard.</summary>
    public const int RecordsPerSignerMax = 4;

    private readonly Lock _gate = new();
    private readonly List<EvidenceRecord> _records = [.. files?.Read(context.Group.Number) ?? []];

    /// <summary>What is kept.</summary>
    public IReadOnlyList<EvidenceRecord> Records
    {
        get
        {
            lock (_gate) return [.. _records];
        }
    }

    /// <summary>Keeps a pair that convicts its signer, while there is room.</summary>
    /// <returns>Why it could not be written to the disk, or null; it is kept in memory in any case.</returns>
    public string? Add(Signed earlier, Signed later)
    {
        // Two signatures under one statement are odd, but prove nothing to others.
        if (!Contradiction.Between(earlier.UntypedStatement, later.UntypedStatement) || HasEnough(later.Signer)) return null;
        var record = EvidenceRecord.Of(context, members[later.Signer.Index], earlier, later);
        int number;
        lock (_gate)
        {
            number = _records.Count(each => each.Replica == record.Replica);
            if (number >= RecordsPerSignerMax || _records.Contains(record)) return null;
            _records.Add(record);
        }

        return files?.Write(record, number);
    }

    // Asked before a record is made, because a liar may contradict itself a thousand times a second.
    private bool HasEnough(ReplicaId signer)
    {
        lock (_gate) return _records.Count(each => each.Replica == signer.Index) >= RecordsPerSignerMax;
    }
}
