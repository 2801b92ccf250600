using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Takes the bodies of clients' requests, and sees to it that the others hear of those that wait too long.</summary>
internal static class Requests
{
    private const int ForwardedPerTickMax = 64;
    private const long ForwardedBytesMax = 4 * 1024 * 1024;
    private const ulong ExpiryCheckTicks = 100;

    public static void On(ReplicaState state, RequestReceived received)
    {
        var wanted = state.Fetcher.Wants(received.Request.Digest);
        if (received.AlreadyExecuted && !wanted) return;
        if (received.AlreadyExecuted)
        {
            state.Pool.AddSpare(received.Request);
        }
        else if (!state.Pool.TryAdd(received.Request, state.Now, wanted, state.Fetcher.Needs(received.Request.Digest), OriginsOf(received, wanted)))
        {
            if (received.From is { } peer) state.Reject(RejectionKind.OverQuota, peer);
            else state.Emit(new RefuseRequest(received.Request.Digest));
            return;
        }

        if (wanted && state.Fetcher.OnArrived(received.Request.Digest)) RetrySlots(state);
    }

    // A peer that was asked for a body passes on what may have come to it from anywhere.
    private static ReplicaSet OriginsOf(RequestReceived received, bool wanted) =>
        wanted ? ReplicaSet.All : received.From is { } peer ? ReplicaSet.Of(peer) : default;

    public static void OnFoundExecuted(ReplicaState state, ImmutableArray<Digest> requests)
    {
        foreach (var request in requests) state.Pool.MarkExecuted(request, state.Now);
    }

    /// <summary>Looks again whether slots that lacked something can go on.</summary>
    public static void RetrySlots(ReplicaState state)
    {
        foreach (var slot in state.Slots.From(SequenceNumber.Min(state.Low, state.Executed).Next, state.High).ToList()) Proposals.TryAccept(state, slot);
        Execution.ExecuteReady(state);
    }

    public static void OnTick(ReplicaState state)
    {
        if (state.Ticks % ExpiryCheckTicks == 0) state.Pool.DropSpare();
        if (state.Ticks % ExpiryCheckTicks == 0 && state.Clock.UnixMilliseconds > state.Config.ClockSkewMaxMilliseconds)
        {
            state.Pool.DropExpired(new Timestamp(state.Clock.UnixMilliseconds - state.Config.ClockSkewMaxMilliseconds), state.Now);
        }

        Forward(state);
    }

    // A request that only this replica was shown would make it alone suspect the primary: the others must hold it too, to propose or to suspect.
    private static void Forward(ReplicaState state)
    {
        ImmutableArray<Request>.Builder? late = null;
        var bytes = 0L;
        foreach (var entry in state.Pool.Ready)
        {
            if (!state.Timer.ShouldForward(entry.Due!.Value.Tick, state.Ticks)) break;
            if (entry.ForwardedOwed is not null) continue;
            bytes += entry.Weight;
            if (late is not null && (late.Count == ForwardedPerTickMax || bytes > ForwardedBytesMax)) break; // The rest in the next tick: a message has a limit.
            entry.ForwardedOwed = state.Monitor.Owed;
            (late ??= ImmutableArray.CreateBuilder<Request>()).Add(entry.Request.Request);
        }

        if (late is not null) state.Emit(new SendToAll(new RequestsMessage(late.ToImmutable())));
    }
}
