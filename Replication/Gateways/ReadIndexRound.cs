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

    /// <summary>
    /// What a read must wait for: the least position up to which a quorum of answers reaches. Any quorum of answers will do, so a single one that claims
    /// more than the rest, for a position that may never be executed, holds up nobody. Null until a quorum has answered.
    /// </summary>
    public SequenceNumber? Index
    {
        get
        {
            var given = _answers.OfType<SequenceNumber>().Order().ToList();
            return given.Count >= group.Quorum ? given.Take(group.Quorum).Last() : null;
        }
    }

    /// <summary>Takes a replica's answer; one that repeats itself replaces what it said.</summary>
    public void Add(ReplicaId from, SequenceNumber sequence) => _answers[from.Index] = sequence;
}
