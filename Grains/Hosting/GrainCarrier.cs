using System.Numerics;
using KvStore.Grains.Interfaces;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;
using Microsoft.Extensions.Logging;

namespace KvStore.Grains.Hosting;

/// <summary>
/// Carries envelopes by one-way calls of grains. Orleans neither holds senders back nor tells them of a loss, so the window of <see cref="EnvelopeNetwork"/> bounds
/// what is on the way, and what is meant for a silo that is away is lost here already. Thread-safe.
/// </summary>
public sealed class GrainCarrier(IGrainFactory grains, ReplicaSilos silos, ILogger<GrainCarrier> logger) : IEnvelopeCarrier
{
    private readonly IReplicaGrain?[] _replicas = new IReplicaGrain?[GroupConfig.ReplicasMax];
    private long _lost;

    /// <inheritdoc/>
    public void Send(ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        // An answer to what a grain has just got. The first messages of an activation are handed to it while Orleans holds the activation's lock, and calling another one takes that one's: two that
        // answer each other so would wait for each other, and all that sends to them with them.
        if (TaskScheduler.Current != TaskScheduler.Default) ThreadPool.UnsafeQueueUserWorkItem(static it => it.Carrier.Call(it.To, it.Envelope), (Carrier: this, To: to, Envelope: envelope), preferLocal: false);
        else Call(to, envelope);
    }

    /// <inheritdoc/>
    public string AddressOf(ReplicaId node) => silos.Describe(node.Index) ?? $"{HeldReplicas.Of(node.Index)}, which no silo holds";

    private void Call(ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        try
        {
            if (silos.Find(to.Index) is null) return;
            var call = Of(to).Deliver(new Envelope(envelope));
            if (!call.IsCompletedSuccessfully) _ = WatchAsync(call);
        }
        catch (Exception lost)
        {
            OnLost(lost); // The silo starts or stops, or Orleans has trouble of its own. As good as lost on the way, whatever it is.
        }
    }

    private IReplicaGrain Of(ReplicaId to) => _replicas[to.Index] ??= grains.GetGrain<IReplicaGrain>(to.Index);

    private async Task WatchAsync(ValueTask call)
    {
        try
        {
            await call;
        }
        catch (Exception lost)
        {
            OnLost(lost);
        }
    }

    // Logged at powers of two: a silo that is away writes a few lines.
    private void OnLost(Exception lost)
    {
        var count = Interlocked.Increment(ref _lost);
        if (BitOperations.IsPow2(count)) logger.EnvelopesLost(count, lost.Message);
    }
}
