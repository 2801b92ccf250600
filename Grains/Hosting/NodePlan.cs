using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Setup;

namespace KvStore.Grains.Hosting;

/// <summary>How the nodes of a cluster reach each other.</summary>
public enum PeerTransport
{
    /// <summary>By one-way calls of grains, in sealed envelopes.</summary>
    Grains,

    /// <summary>By connections of their own, as in a pool: who runs the silos' membership has no part in it.</summary>
    Tls,
}

/// <summary>A node that a silo is to run.</summary>
/// <param name="Setup">Its key, its genesis and its directory; disposed of with the silo.</param>
/// <param name="Stores">Opens what its replicas keep, one a shard, and with it takes the lease: called once, before the silo joins the others.</param>
public sealed record NodePlan(NodeSetup Setup, Func<ImmutableArray<ShardStore>> Stores)
{
    /// <summary>What survives of what was acknowledged: see <see cref="ServedCluster.Storage"/>.</summary>
    public string Storage { get; init; } = ServedCluster.OnDisk;

    /// <summary>How it reaches the others.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>What signs as its replicas; null for the key itself. Disposed of with the silo.</summary>
    public IStatementSigner? Signer { get; init; }

    /// <summary>What becomes of the carrier of its envelopes: itself, but in tests that lose some.</summary>
    public Func<IEnvelopeCarrier, IEnvelopeCarrier> Over { get; init; } = static carrier => carrier;
}
