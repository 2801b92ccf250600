// PBFT section 4.5.2, liveness: time-outs double for consecutive view changes.
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>When to suspect the primary. Counts ticks only.</summary>
internal sealed class ViewTimer(ConsensusConfig config)
{
    private ulong _lastProgressTick;
    private ulong _newestServedTick;
    private ulong _openedTick;
    private ulong? _newViewDeadline;
    private int _doublings;

    /// <summary>The present time-out, in ticks.</summary>
    public ulong Timeout => config.RequestTimeoutTicks << Math.Min(_doublings, config.TimeoutDoublingsMax);

    /// <summary>A waiting request was executed, or a key expired while none waited. In an open view that ends the series of consecutive view changes.</summary>
    public void OnProgress(ulong tick, bool active)
    {
        _lastProgressTick = tick;
        if (active) _doublings = 0;
    }

    /// <summary>A request that was owed since this tick was executed.</summary>
    public void OnServed(ulong sinceTick) => _newestServedTick = Math.Max(_newestServedTick, sinceTick);

    /// <summary>The replica leaves a view: each one without progress waits twice as long as the one before.</summary>
    /// <param name="doubles">Whether it counts so; what a peer alone can claim must not.</param>
    public void OnLeave(bool doubles)
    {
        if (doubles) _doublings = Math.Min(_doublings + 1, config.TimeoutDoublingsMax);
        _newViewDeadline = null;
    }

    /// <summary>A quorum wants the view: its primary has this long to open it.</summary>
    public void OnViewChangeQuorum(ulong tick) => _newViewDeadline ??= tick + Timeout;

    public void OnOpened(ulong tick)
    {
        _newViewDeadline = null;
        _lastProgressTick = tick;
        _newestServedTick = tick;
        _openedTick = tick;
    }

    /// <summary>Whether the primary that should open the view has let the time pass.</summary>
    public bool NewViewIsLate(ulong tick) => _newViewDeadline is { } deadline && tick >= deadline;

    /// <summary>Whether half of the time has passed that the primary has for opening the view.</summary>
    public bool NewViewIsHalfLate(ulong tick) => _newViewDeadline is { } deadline && tick + Timeout / 2 >= deadline;

    /// <summary>Whether the oldest waiting request, or the batch that is owed, has been waited for too long while nothing was executed.</summary>
    public bool RequestIsLate(ulong oldestTick, ulong tick) => tick >= Math.Max(oldestTick, _lastProgressTick) + Timeout;

    /// <summary>
    /// Whether the primary serves requests that it owes since much later than one that waits. Under saturation all wait alike, and nothing is starved.
    /// How long a request waited before the view opened is not this primary's doing.
    /// </summary>
    public bool RequestIsStarved(ulong sinceTick) => _newestServedTick > Math.Max(sinceTick, _openedTick) + config.StarvationFactor * config.RequestTimeoutTicks;

    /// <summary>Whether a request has waited so long that the others should hear of it.</summary>
    public bool ShouldForward(ulong arrivalTick, ulong tick) => tick >= arrivalTick + Math.Max(1, config.RequestTimeoutTicks / 4);
}
