using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Setup;
using KvStore.Storage;

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
/// <param name="Stores">
/// Opens what its replicas keep, one a shard, and with it takes the lease: called once, on a thread of its own, before the silo joins the others. It is given
/// whom to tell when a disk is lost later.
/// </param>
public sealed record NodePlan(NodeSetup Setup, Func<Action<DiskFailedException>, ImmutableArray<ShardStore>> Stores)
{
    /// <summary>Ends the process at once, because a disk is lost, with these last words and a status that is not 0. In tests it has other things to do.</summary>
    public Action<string> End { get; init; } = static words => Environment.FailFast(words);

    /// <summary>What survives of what was acknowledged: see <see cref="ServedCluster.Storage"/>.</summary>
    public string Storage { get; init; } = ServedCluster.OnDisk;

    /// <summary>What checks signatures, for all nodes that share the silo and nothing but memory with their replicas; null for a node that has the silo, and a disk, to itself.</summary>
    public ISignatureScheme? Shared { get; init; }

    /// <summary>How it reaches the others.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>What signs as its replicas; null for the key itself. Disposed of with the silo.</summary>
    public IStatementSigner? Signer { get; init; }

    /// <summary>What becomes of the carrier of its envelopes: itself, but in tests that lose some.</summary>
    public Func<IEnvelopeCarrier, IEnvelopeCarrier> Over { get; init; } = static carrier => carrier;
}
