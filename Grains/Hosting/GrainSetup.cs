using KvStore.Grains.Placement;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;

namespace KvStore.Grains.Hosting;

/// <summary>What a silo needs so that replicas reach each other through it.</summary>
public static class GrainSetup
{
    /// <summary>The largest message with room for the envelope and for Orleans' own headers.</summary>
    private const int BodyBytesMax = Protocol.MessageCodec.BytesMax + 1024 * 1024;

    /// <summary>Adds the placement, the way to the silo's nodes and bounds.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="held">The replicas whose keys it holds, which become its name.</param>
    public static ISiloBuilder AddReplicas(this ISiloBuilder silo, HeldReplicas held)
    {
        silo.Services.AddSingleton<ReplicaSilos>();
        silo.Services.AddSingleton<SiloReplicas>();
        silo.Services.AddSingleton<GrainCarrier>();
        silo.AddPlacementDirector<ReplicaPlacement, ReplicaPlacementDirector>();
        silo.AddGrainDirectory(ReplicaDirectory.Name, static (_, _) => new ReplicaDirectory());
        silo.Services.PostConfigure<SiloOptions>(options => options.SiloName = held.ToString()); // Others find the replicas by it, so that nothing may change it.
        silo.Configure<SiloMessagingOptions>(options =>
        {
            options.MaxMessageBodySize = BodyBytesMax;
            options.ResponseTimeout = TimeSpan.FromSeconds(5);
        });
        return silo;
    }

    /// <summary>Adds the nodes that a silo runs: opened before it joins the others, stopped after it has handed over.</summary>
    public static ISiloBuilder AddNodes(this ISiloBuilder silo, IReadOnlyList<NodePlan> plans)
    {
        silo.Services.AddSingleton(plans);
        silo.Services.AddSingleton<ReplicaService>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<ReplicaService>());
        return silo;
    }
}
