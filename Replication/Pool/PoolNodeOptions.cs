using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Pool;

/// <summary>What a node is made of besides its network and its disks.</summary>
/// <param name="Document">How the cluster began, and who its members are.</param>
/// <param name="Self">The node: its replica's id in the group of every shard.</param>
/// <param name="Key">Its private key.</param>
/// <param name="AnswerTimeout">How long a request may wait for its answer.</param>
public sealed record PoolNodeOptions(GenesisDocument Document, ReplicaId Self, Ed25519PrivateKey Key, TimeSpan AnswerTimeout)
{
    /// <summary>How the cluster began.</summary>
    public Genesis Genesis => Document.Genesis;

    /// <summary>The node's name, for the log.</summary>
    public string Name => Document.Members[Self.Index].Name;

    /// <summary>What survives of what was acknowledged: see <see cref="Gateways.ServedCluster.Storage"/>.</summary>
    public string Storage { get; init; } = Gateways.ServedCluster.OnDisk;

    /// <summary>Where evidence is kept over restarts; null for a node that keeps nothing.</summary>
    public string? EvidenceDirectory { get; init; }

    /// <summary>What the node does wrong by design; null for a correct one.</summary>
    public FaultsByDesign? Faults { get; init; }

    /// <summary>What signs as the node's replicas; null for the key itself. It signs with the same key, so that only the library may be another.</summary>
    public IStatementSigner? Signer { get; init; }

    /// <summary>Checks signatures. Nodes that share a process may share one that checks each only once.</summary>
    public ISignatureScheme Scheme { get; init; } = Ed25519.Instance;

    /// <summary>Whether the replicas' rounds run on the threads of the pool: for nodes that share a process and wait for no disk.</summary>
    public bool SharesThreads { get; init; }

    /// <summary>The wall clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
