// docs/divergence.md, "A first start that turns out to be none".
using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>How a node that may start for the first time is to start.</summary>
internal enum FirstStartVerdict
{
    /// <summary>Nobody can say yet.</summary>
    Open,

    /// <summary>A quorum, with this node, has executed nothing: the cluster begins.</summary>
    Begins,

    /// <summary>A correct node has executed something: this node may have taken part, and its disks count as lost.</summary>
    HasRun,
}

/// <summary>
/// Hears from the other nodes whether the cluster has run, before this one takes its operator's word that it never did. Pure but for its memory; not thread-safe.
/// </summary>
/// <param name="group">The quorums, which are those of every shard.</param>
/// <param name="shards">How many shards there are.</param>
internal sealed class FirstStart(GroupConfig group, int shards)
{
    private readonly SequenceNumber?[,] _executed = new SequenceNumber?[group.Replicas, shards];

    /// <summary>What follows from what was heard.</summary>
    public FirstStartVerdict Verdict
    {
        get
        {
            var (ran, unused) = (0, 0);
            for (var peer = 0; peer < group.Replicas; peer++)
            {
                var reports = Enumerable.Range(0, shards).Select(shard => _executed[peer, shard]).ToList();
                if (reports.Any(executed => executed > SequenceNumber.Genesis)) ran++;
                else if (reports.TrueForAll(static executed => executed is not null)) unused++;
            }

            if (ran >= group.WeakQuorum) return FirstStartVerdict.HasRun;
            return unused + 1 >= group.Quorum ? FirstStartVerdict.Begins : FirstStartVerdict.Open;
        }
    }

    /// <summary>What this node says meanwhile: the truth, so that others who start for the first time hear of it.</summary>
    public static StatusMessage Own { get; } = new(View.Initial, Active: true, SequenceNumber.Genesis, SequenceNumber.Genesis, SequenceNumber.Genesis.Next, Rejoining: false);

    /// <summary>Another node says where its replica of a shard stands.</summary>
    public void OnStatus(GroupId shard, ReplicaId from, StatusMessage status)
    {
        var executed = SequenceNumber.Max(status.Executed, status.Stable);
        // One that rejoins has lost its disk and says nothing of what it did before.
        _executed[from.Index, (int)shard.Number] = status.Rejoining && executed == SequenceNumber.Genesis ? null : executed;
    }
}
