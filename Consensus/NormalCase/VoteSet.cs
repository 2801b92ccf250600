using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>What came of adding a vote.</summary>
public abstract record VoteOutcome<TVote>
    where TVote : Vote
{
    /// <summary>Counted; no quorum yet, or one that was reported before.</summary>
    public sealed record Added : VoteOutcome<TVote>;

    /// <summary>The signer's same vote was there already.</summary>
    public sealed record Duplicate : VoteOutcome<TVote>;

    /// <summary>The signer voted otherwise before: that vote stands.</summary>
    public sealed record Conflict(Verified<TVote> Earlier) : VoteOutcome<TVote>;

    /// <summary>This vote completed a quorum. Said once.</summary>
    public sealed record Quorum(QuorumCertificate<TVote> Certificate) : VoteOutcome<TVote>;
}

/// <summary>
/// The votes about one position in one view: one place per replica, so that nobody counts twice, and a quorum is of the same value,
/// not of enough messages.
/// </summary>
public sealed class VoteSet<TVote>(GroupConfig group)
    where TVote : Vote
{
    private readonly Verified<TVote>?[] _votes = new Verified<TVote>?[group.Replicas];
    private bool _reported;

    /// <summary>The vote of a replica, or null.</summary>
    public Verified<TVote>? Of(ReplicaId replica) => _votes[replica.Index];

    /// <summary>Counts a vote.</summary>
    public VoteOutcome<TVote> Add(Verified<TVote> vote)
    {
        var earlier = _votes[vote.Signer.Index];
        if (earlier is not null)
        {
            return earlier.Statement == vote.Statement ? new VoteOutcome<TVote>.Duplicate() : new VoteOutcome<TVote>.Conflict(earlier);
        }

        _votes[vote.Signer.Index] = vote;
        if (_reported || CountSame(vote.Statement) < group.Quorum) return new VoteOutcome<TVote>.Added();
        _reported = true;
        return new VoteOutcome<TVote>.Quorum(QuorumCertificate<TVote>.Of(group, Same(vote.Statement)));
    }

    /// <summary>Forgets all votes, for a position about which nobody votes any more.</summary>
    public void Clear() => Array.Clear(_votes);

    private int CountSame(TVote vote)
    {
        var count = 0;
        foreach (var each in _votes)
        {
            if (each is not null && each.Statement == vote) count++;
        }

        return count;
    }

    private IEnumerable<Verified<TVote>> Same(TVote vote) => _votes.OfType<Verified<TVote>>().Where(each => each.Statement == vote);
}
