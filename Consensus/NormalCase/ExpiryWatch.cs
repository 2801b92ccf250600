// docs/divergence.md, "A primary owes a batch when a key expires".
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>When the state's first key expires, and since when the primary has owed the batch that lets it.</summary>
internal sealed class ExpiryWatch(ConsensusConfig config)
{
    private Timestamp? _due;

    /// <summary>The tick from which on the primary has owed a batch; null when it owes none.</summary>
    public ulong? OwedTick { get; private set; }

    /// <summary>The state's first expiry has changed.</summary>
    public void OnChanged(Timestamp? due)
    {
        _due = due;
        OwedTick = null;
    }

    /// <summary>Whether a batch of this time lets a key expire.</summary>
    public bool IsDueAt(Timestamp batchTime) => _due is { } due && due <= batchTime;

    /// <summary>
    /// A correct primary's clock may be behind this one by the allowed skew, so only then does it owe a batch. A replica that fetches the state lags, and
    /// its keys say nothing about the group's.
    /// </summary>
    public void OnTick(Timestamp clock, ulong tick, bool fetchesState)
    {
        var owed = _due is { } due && due.UnixMilliseconds + config.ClockSkewMaxMilliseconds <= clock.UnixMilliseconds && !fetchesState;
        OwedTick = owed ? OwedTick ?? tick : null;
    }
}
