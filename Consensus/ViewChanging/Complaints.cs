// RBFT section 4.3, the protocol instance change: 2f + 1 INSTANCE CHANGE messages and nothing less. Bracha, "Asynchronous Byzantine agreement protocols", Information and
// Computation 75 (1987), for the amplification: whoever hears f + 1 says the same, so that all correct replicas come to a quorum when one does.
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>The others' latest complaints about the primary: one place per replica.</summary>
internal sealed class ComplaintSet(GroupConfig group, ConsensusConfig config)
{
    // Complaints are said again at every status interval. One that is not has been lost, or has ended.
    private const ulong IntervalsMax = 5;

    private readonly (View View, ulong Tick)?[] _latest = new (View View, ulong Tick)?[group.Replicas];

    /// <summary>Whether this replica said last that it complains about the primary of its view.</summary>
    public bool IsSaid { get; set; }

    public void Note(ReplicaId from, View view, ulong tick) => _latest[from.Index] = (view, tick);

    /// <summary>How many others complain about the primary of the present view, or have left the view already.</summary>
    public int CountOthers(ReplicaState state)
    {
        var count = 0;
        for (ushort i = 0; i < group.Replicas; i++)
        {
            var replica = new ReplicaId(i);
            if (replica == state.Self) continue;
            var complains = _latest[i] is { } latest && latest.View == state.View && latest.Tick + IntervalsMax * config.StatusIntervalTicks >= state.Ticks;
            if (complains || state.ViewChanges.HasLeft(replica, state.View)) count++;
        }

        return count;
    }
}

/// <summary>Collects complaints about the primary before anybody leaves its view: who leaves alone is left behind, and f liars and one bad moment of a correct replica are no quorum.</summary>
internal static class Complaints
{
    public static void OnTick(ReplicaState state)
    {
        if (!state.Monitor.IsOn) return;
        var complains = Complains(state);
        var isDue = !state.Complaints.IsSaid || state.Ticks % state.Config.StatusIntervalTicks == 0;
        if (complains && !state.Complaints.IsSaid && state.Monitor.Complains) state.Emit(new ReportSuspicion(SuspicionKind.TooSlow, state.Primary));
        if (complains && isDue) state.Emit(new SendToAll(new ComplaintMessage(state.View)));
        state.Complaints.IsSaid = complains;
    }

    /// <summary>Whether a quorum complains, this replica among it.</summary>
    public static bool EndTheView(ReplicaState state) => state.Monitor.IsOn && Complains(state) && state.Complaints.CountOthers(state) + 1 >= state.Group.Quorum;

    // f + 1 others: one of them is correct, and has measured it.
    private static bool Complains(ReplicaState state) =>
        state.Active && !state.IsForgetful && (state.Monitor.Complains || state.Complaints.CountOthers(state) >= state.Group.WeakQuorum);
}
