using KvStore.Grains.Interfaces;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;

namespace KvStore.Grains.Hosting;

/// <summary>
/// Carries envelopes by one-way calls of grains. Orleans neither holds senders back nor tells them of a loss, so the window of <see cref="EnvelopeNetwork"/> bounds
/// what is on the way, and what is meant for a silo that is away is lost here already. Thread-safe.
/// </summary>
public sealed class GrainCarrier(IGrainFactory grains, ReplicaSilos silos) : IEnvelopeCarrier
{
    private readonly IReplicaGrain?[] _replicas = new IReplicaGrain?[GroupConfig.ReplicasMax];

    /// <inheritdoc/>
    public void Send(ReplicaId to, ReadOnlyMemory<byte> envelope)
    {
        try
        {
            if (silos.Find(to.Index) is null) return;
            var call = Of(to).Deliver(new Envelope(envelope));
            if (!call.IsCompletedSuccessfully) _ = IgnoreAsync(call);
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            // As good as lost on the way: the silo starts or stops.
        }
    }

    /// <inheritdoc/>
    public string AddressOf(ReplicaId node) => silos.Describe(node.Index) ?? "no silo";

    private IReplicaGrain Of(ReplicaId to) => _replicas[to.Index] ??= grains.GetGrain<IReplicaGrain>(to.Index);

    private static async Task IgnoreAsync(ValueTask call)
    {
        try
        {
            await call;
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            // The same, told later.
        }
    }

    private static bool IsLoss(Exception exception) => exception is OrleansException or InvalidOperationException or TimeoutException or OperationCanceledException;
}
