using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.Checkpointing;

/// <summary>The stable checkpoint, the votes for later ones, and what this replica's own state was at them.</summary>
internal sealed class CheckpointTracker(GroupConfig group, ConsensusConfig config)
{
    private readonly SortedDictionary<SequenceNumber, VoteSet<Checkpoint>> _votes = [];
    private readonly SortedDictionary<SequenceNumber, Checkpoint> _own = [];
    private readonly SortedDictionary<SequenceNumber, QuorumCertificate<Checkpoint>> _certified = [];

    /// <summary>The certificate of the stable checkpoint; null at the genesis.</summary>
    public QuorumCertificate<Checkpoint>? Certificate { get; private set; }

    /// <summary>The position of the stable checkpoint.</summary>
    public SequenceNumber Stable => Certificate?.Vote.Sequence ?? SequenceNumber.Genesis;

    /// <summary>The highest checkpoint known to be stable that this replica has not reached with its own state.</summary>
    public QuorumCertificate<Checkpoint>? Target { get; private set; }

    /// <summary>The highest position known to be stable in the group, whether this replica has its state or not.</summary>
    public SequenceNumber Certified => Target?.Vote.Sequence ?? Stable;

    /// <summary>The last position whose snapshot was asked for.</summary>
    public SequenceNumber LastTaken { get; set; }

    /// <summary>How many positions have votes.</summary>
    public int VotedPositions => _votes.Count;

    /// <summary>Whether a checkpoint is due at this position whatever happens.</summary>
    public bool IsBoundary(SequenceNumber sequence) => sequence.Number % (ulong)config.CheckpointInterval == 0;

    public VoteOutcome<Checkpoint> Add(Verified<Checkpoint> vote)
    {
        var sequence = vote.Statement.Sequence;
        if (!_votes.TryGetValue(sequence, out var votes)) _votes.Add(sequence, votes = new VoteSet<Checkpoint>(group));
        return votes.Add(vote);
    }

    /// <summary>This replica's own votes above a position, as they were signed.</summary>
    public IEnumerable<Signed<Checkpoint>> OwnVotesAbove(SequenceNumber sequence, ReplicaId self)
    {
        foreach (var (position, votes) in _votes)
        {
            if (position > sequence && votes.Of(self) is { } own) yield return own.Signed;
        }
    }

    public void RecordOwn(Checkpoint checkpoint) => _own[checkpoint.Sequence] = checkpoint;

    /// <summary>What this replica's own state was at the positions above the stable checkpoint where it is known.</summary>
    public IEnumerable<Checkpoint> AllOwn => _own.Values;

    /// <summary>The last position above the stable checkpoint that this replica has voted for; 0 when there is none.</summary>
    public SequenceNumber LastOwn => _own.Count == 0 ? SequenceNumber.Genesis : _own.Keys.Last();

    public Checkpoint? Own(SequenceNumber sequence) => _own.GetValueOrDefault(sequence);

    /// <summary>The certificate of the highest position whose own state is known too; null when there is none.</summary>
    public QuorumCertificate<Checkpoint>? HighestWithOwn => _certified.Values.LastOrDefault(certificate => _own.ContainsKey(certificate.Vote.Sequence));

    /// <summary>Notes that a checkpoint is stable in the group. False when it is not above this replica's stable one, or is known.</summary>
    public bool TakeCertified(QuorumCertificate<Checkpoint> certificate)
    {
        var sequence = certificate.Vote.Sequence;
        if (sequence <= Stable || !_certified.TryAdd(sequence, certificate)) return false;
        if (Target is null || Target.Vote.Sequence < sequence) Target = certificate;
        if (_certified.Count > config.Window) _certified.Remove(_certified.Keys.First());
        return true;
    }

    /// <summary>Makes this the stable checkpoint: this replica has its state. Votes at or below it go.</summary>
    public void Advance(QuorumCertificate<Checkpoint> certificate)
    {
        var stable = certificate.Vote.Sequence;
        Invariant.Holds(Certificate is null || stable > Stable);
        Certificate = certificate;
        if (Target is { } target && target.Vote.Sequence <= stable) Target = null;
        DropUpTo(_votes, stable);
        DropUpTo(_own, stable);
        DropUpTo(_certified, stable);
        LastTaken = SequenceNumber.Max(LastTaken, stable);
    }

    private static void DropUpTo<TValue>(SortedDictionary<SequenceNumber, TValue> positions, SequenceNumber last)
    {
        foreach (var sequence in positions.Keys.TakeWhile(sequence => sequence <= last).ToList()) positions.Remove(sequence);
    }
}
