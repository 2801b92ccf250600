using KvStore.Consensus.CatchingUp;
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>The first step of a run.</summary>
internal static class Startup
{
    public static void On(ReplicaState state, StartMode mode, Started started)
    {
        state.IsStateMissing = started.StateIsMissing;
        if (mode == StartMode.LostDisk) state.Rejoin.Begin(state);
        // What was executed before the crash and logged with its certificate is executed again on the checkpoint's state.
        Execution.ExecuteReady(state);
        state.Emit(new SendToAll(StatusReports.Own(state)));
        state.Recall.Begin(state, mode, started.Nonce);
    }
}
