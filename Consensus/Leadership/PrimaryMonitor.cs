// Clement, Wong, Alvisi, Dahlin and Marchetti, "Making Byzantine Fault Tolerant Systems Tolerate Byzantine Faults", NSDI '09 (Aardvark), section 4.4: a primary must
// sustain what the replicas can do, or the view changes. Aublin, Ben Mokhtar and Quéma, "RBFT: Redundant Byzantine Fault Tolerance", ICDCS '13, sections 4.3 and 4.4:
// Delta, Lambda and Omega. RBFT compares with further instances of the protocol, and Aardvark with earlier views; here the measure is what the backups need for one exchange of votes
// in the same window, because load and machine change. docs/divergence.md, "A primary is measured by the backups' own exchange of votes".
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.Leadership;

/// <summary>Whether the primary delivers what it could. Counts ticks only; does nothing where the leader policy does not monitor.</summary>
internal sealed class PrimaryMonitor(GroupConfig group)
{
    private const int WaitingLookedAtMax = 1024;
    private const ulong Hundred = 100;

    // As many good windows, times the patience, halve the patience again.
    private const int ForgivingWindows = 8;

    private readonly MonitorConfig? _config = group.Monitor;
    private readonly MonitorWindow? _window = group.Monitor is null ? null : new MonitorWindow(group.Monitor);

    private ulong _viewBegan;
    private ulong _graceEnds = group.Monitor?.GraceTicks ?? 0;
    private ulong _excusedUntil;
    private ulong _slackTicks = group.Monitor?.SlackTicks ?? 0;
    private SequenceNumber _fullUpTo;
    private int _balance;
    private int _goodWindows;
    private int _doublings;

    /// <summary>
    /// The ticks in which the primary could have proposed whatever waits here. Those pass uncounted in which a full batch is under way, or was until a moment ago: what
    /// waits longer then waits for its turn, as it would under any primary.
    /// </summary>
    public ulong Owed { get; private set; }

    /// <summary>Whether the group's leader policy monitors the primary.</summary>
    public bool IsOn => _config is not null;

    /// <summary>Whether this replica finds the primary degraded: in more windows than not, by as many as it has patience for.</summary>
    public bool Complains { get; private set; }

    /// <summary>A view has opened here.</summary>
    public void OnOpened(ulong tick) => BeginAnew(tick);

    /// <summary>The view was left because of complaints: the next primaries get twice the time, or views would change for ever where no primary can do better.</summary>
    public void OnEvicted()
    {
        if (_config is not null) _doublings = Math.Min(_doublings + 1, _config.PatienceDoublingsMax);
        _goodWindows = 0;
    }

    /// <summary>A proposal was accepted here.</summary>
    /// <param name="sequence">Its position.</param>
    /// <param name="isFull">Whether a correct primary would hardly have put more into it.</param>
    /// <param name="tick">The present tick.</param>
    public void OnAccepted(SequenceNumber sequence, bool isFull, ulong tick)
    {
        if (!isFull) return;
        _fullUpTo = SequenceNumber.Max(_fullUpTo, sequence);
        _excusedUntil = tick + _slackTicks;
    }

    /// <summary>
    /// A vote to commit has come. How long the others' take after the own one is the measure for everything, so nobody faulty may make it up. f + 1 others are waited for, so that
    /// none makes it short by voting early. Where the primary is not among them, f others are enough: it could keep its vote back, and its proposal from one backup, to make it long.
    /// </summary>
    public void OnCommitVote(ReplicaState state, Slot slot)
    {
        if (_window is null || state.IsPrimary || slot.Echo is not { IsOver: false } echo) return;
        var backups = 0;
        var primary = false;
        for (ushort i = 0; i < group.Replicas; i++)
        {
            var replica = new ReplicaId(i);
            if (slot.Commits.Of(replica) is not { } vote || vote.Statement.Batch != slot.CommitVotedFor) continue;
            if (replica == state.Primary) primary = true;
            else if (replica != state.Self) backups++;
        }

        if (backups >= group.Faults) echo.OthersTick ??= state.Ticks;
        if (backups + (primary ? 1 : 0) <= group.Faults) return;
        echo.IsOver = true;
        if (state.Ticks >= _graceEnds) _window.OnExchange((primary ? state.Ticks : echo.OthersTick!.Value) - echo.VotedTick);
    }

    /// <summary>A request that waited here was executed in a batch that this replica voted for.</summary>
    public void OnServed(ReplicaState state, RequestPool.Entry entry)
    {
        if (_window is not null && state.Ticks >= _graceEnds && WaitOf(entry) is { } wait) _window.OnServed(entry.Request.Request.Client, wait);
    }

    public void OnTick(ReplicaState state)
    {
        if (_window is null || PlantedBugs.Has(PlantedBug.MonitorBlind)) return;
        if (!state.Active || state.IsPrimary || state.IsForgetful || state.IsStateMissing || state.Transfer.Certificate is not null)
        {
            BeginAnew(state.Ticks);
            return;
        }

        if (!WaitsForFull(state) && state.Ticks >= _excusedUntil) Owed++;
        if (state.Ticks < _graceEnds) return;
        if (_window.IsComplete(state.Ticks))
        {
            AddOverdue(state);
            Judge();
            _window.Begin(state.Ticks);
        }
        else if (_window.IsStale(state.Ticks))
        {
            Forgive(); // Where little is asked for, what was once bad must not count for ever.
            _window.Begin(state.Ticks);
        }
    }

    // Full batches ahead of one that the primary does not propose, or whose bodies nobody has, are no excuse: it alone can end that.
    private bool WaitsForFull(ReplicaState state) => _fullUpTo > state.Executed && state.Slots.Find(state.Executed.Next) is { Accepted: true };

    private void BeginAnew(ulong tick)
    {
        _viewBegan = Owed;
        _graceEnds = tick + (_config?.GraceTicks ?? 0);
        (_balance, _goodWindows, Complains) = (0, 0, false);
        (_fullUpTo, _excusedUntil) = (SequenceNumber.Genesis, 0);
        _window?.Begin(_graceEnds);
    }

    // Who waits behind others of its own is owed nothing yet.
    private MonitorWindow.Wait? WaitOf(RequestPool.Entry entry)
    {
        if (entry.OwedSince is not { } since) return null;
        var passedOn = entry.ForwardedOwed is { } forwarded ? Owed - Math.Max(Math.Max(forwarded, since.Owed), _viewBegan) : 0;
        return new MonitorWindow.Wait(Owed - Math.Max(since.Owed, _viewBegan), passedOn);
    }

    // Who is starved has no request that was executed. They are in the order in which they came, so that the first that has not been here long ends it.
    private void AddOverdue(ReplicaState state)
    {
        var bound = _window!.LambdaBound();
        var looked = 0;
        foreach (var entry in state.Pool.Pending)
        {
            if (looked == WaitingLookedAtMax || (Owed - Math.Max(entry.Arrived.Owed, _viewBegan)) * Hundred <= bound) return;
            if (WaitOf(entry) is not { } wait) continue;
            looked++;
            if (wait.Ticks * Hundred > bound) _window.OnOverdue(entry.Request.Request.Client, wait);
        }
    }

    private void Forgive()
    {
        _balance = Math.Max(0, _balance - 1);
        if (_balance == 0) Complains = false;
    }

    // Hysteresis: a bad window is outweighed by a good one, and a complaint ends when all of them are.
    private void Judge()
    {
        var patience = PlantedBugs.Has(PlantedBug.MonitorHasty) ? 1 : _config!.DegradedWindows << _doublings;
        _slackTicks = _window!.LambdaBound() / Hundred;
        if (_window.IsDegraded())
        {
            _balance = Math.Min(_balance + 1, patience);
            if (_balance == patience) Complains = true;
            return;
        }

        Forgive();
        _goodWindows++;
        if (_goodWindows < ForgivingWindows * patience || _doublings == 0) return;
        _doublings--;
        _goodWindows = 0;
    }
}
