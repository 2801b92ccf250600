using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.Gateways;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.InProcess;

/// <summary>How to bring up a cluster in one process.</summary>
public sealed record InProcessOptions
{
    /// <summary>The cluster's name.</summary>
    public string Name { get; init; } = "development";

    /// <summary>Replicas of each group.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>Groups, one a shard.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>How long to wait for an answer before its outcome counts as unknown.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many may wait for keys of one shard to change.</summary>
    public int KeyWaitersMax { get; init; } = ChangeFeed.WaitersMax;

    /// <summary>Where the replicas keep their disks, one directory each; null for memory. Their keys end with the process all the same.</summary>
    public string? Directory { get; init; }

    /// <summary>Opens the disk of a group's replica, by its index, where that is no directory; null for memory. What it opens is disposed of
    /// when the replica stops. Where a replica is started with an empty disk, this sees to it that it is empty.</summary>
    public Func<GroupId, int, IDisk>? OpenDisk { get; init; }

    /// <summary>What replicas with a directory wait for before they say something.</summary>
    public DurabilityMode Durability { get; init; }

    /// <summary>Bounds and time-outs of the ordering.</summary>
    public ConsensusConfig Consensus { get; init; } = new();

    /// <summary>What a shard's state may hold.</summary>
    public StateLimits Limits { get; init; } = new();

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Clients { get; init; } = ClientPolicy.Any;

    /// <summary>Nodes that do something wrong by design, by the index of their replicas.</summary>
    public IReadOnlyDictionary<int, FaultsByDesign> Faults { get; init; } = ImmutableDictionary<int, FaultsByDesign>.Empty;

    /// <summary>The wall clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
