using Orleans.Concurrency;

namespace KvStore.Grains.Interfaces;

/// <summary>Who leads a shard, as one node hears; another may know better.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="View">The view.</param>
/// <param name="Replica">The replica that leads it.</param>
/// <param name="Silo">The silo that holds it; null when none does at present.</param>
[GenerateSerializer, Immutable, Alias("kv.primary.v1")]
public sealed record Primary([property: Id(0)] uint Shard, [property: Id(1)] ulong View, [property: Id(2)] int Replica, [property: Id(3)] string? Silo);

/// <summary>The address of whoever leads a shard now; the shard's number is the grain's key. It forwards and never decides: the order is the replicas' alone.</summary>
[Alias("kv.sequencer.v1")]
public interface ISequencerGrain : IGrainWithIntegerKey
{
    /// <summary>Who leads; null while the shard changes views, or there is no such shard.</summary>
    [AlwaysInterleave, Alias("primary")]
    ValueTask<Primary?> WhoLeads();

    /// <summary>
    /// Forwards a signed request to whoever leads. Nothing is promised: <c>/v1/requests/{keyid}/{nonce}</c> says what became of it, and the same bytes may be sent
    /// again.
    /// </summary>
    [OneWay, AlwaysInterleave, Alias("forward")]
    ValueTask Forward(ReadOnlyMemory<byte> request);
}
