// protocol.md section 7, linearizable reads.
using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>
/// One question to all replicas for the highest position that they voted to commit. Whatever was acknowledged before the question was asked was
/// committed by a quorum, and a quorum of answers shares a correct replica with it, so the highest answer is not before it.
/// </summary>
internal sealed class ReadIndexRound(ulong number, GroupConfig group)
{
    private readonly SequenceNumber?[] _answers = new SequenceNumber?[group.Replicas];

    /// <summary>The round's number, which answers repeat.</summary>
    public ulong Number => number;

    /// <summary>The reads that this round serves.</summary>
    public List<Action> Reads { get; } = [];

    /// <summary>What a read must wait for; null until a quorum has answered.</summary>
    public SequenceNumber? Index => _answers.Count(answer => answer is not null) >= group.Quorum ? _answers.Max() : null;

    /// <summary>Takes a replica's answer; one that repeats itself replaces what it said.</summary>
    public void Add(ReplicaId from, SequenceNumber sequence) => _answers[from.Index] = sequence;
}
