using Orleans.GrainDirectory;

namespace KvStore.Grains.Placement;

/// <summary>
/// The grain directory of replicas' grains: there is none. Where replica i is follows from who holds its key, so that no third silo has to be asked, and none that is
/// away is missed. That a grain may have two activations for a time does no harm: they are two ways to the same node.
/// </summary>
public sealed class ReplicaDirectory : IGrainDirectory
{
    /// <summary>Its name.</summary>
    public const string Name = "kv-replicas";

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
