using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace KvStore.Grains.Placement;

/// <summary>A grain with key i belongs on the silo that holds replica i, and nowhere else.</summary>
[Serializable, GenerateSerializer, Immutable, SuppressReferenceTracking]
public sealed class ReplicaPlacement : PlacementStrategy;

/// <summary>Pins a grain class by <see cref="ReplicaPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReplicaPlacementAttribute() : PlacementAttribute(new ReplicaPlacement());

/// <summary>Finds that silo. When it is away the call fails at once: a replica's grain on a silo without the replica could do nothing but lose what it gets.</summary>
public sealed class ReplicaPlacementDirector(ReplicaSilos silos) : IPlacementDirector
{
    /// <inheritdoc/>
    /// <exception cref="SiloUnavailableException">No silo that is active holds the replica, or it does not know the grain yet.</exception>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var replica = target.GrainIdentity.GetIntegerKey();
        if (silos.Find(replica) is not { } silo) throw new SiloUnavailableException($"No silo holds replica {replica} at present.");
        // One that has just become active may not be known to hold the class yet; the next envelope finds it.
        return context.GetCompatibleSilos(target).Contains(silo.SiloAddress)
            ? Task.FromResult(silo.SiloAddress)
            : throw new SiloUnavailableException($"The silo of replica {replica}, {silo.SiloAddress}, takes no grains yet.");
    }
}
