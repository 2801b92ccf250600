using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>What a node's part of a network of envelopes is made of.</summary>
/// <param name="Self">The node: its replica's id in the group of every shard.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Key">The node's private key, which vouches for the keys of this run.</param>
/// <param name="Nodes">All nodes' public keys, by id.</param>
public sealed record EnvelopeNetworkOptions(ReplicaId Self, ClusterId Cluster, Ed25519PrivateKey Key, ImmutableArray<PublicKey> Nodes)
{
    /// <summary>Bounds of what waits for a peer, and of what it may have rejected.</summary>
    public PoolNetworkLimits Limits { get; init; } = new();

    /// <summary>Bounds of what is on the way, and time-outs.</summary>
    public EnvelopeLimits Window { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Bounds of what is on the way to one peer and from it, and time-outs.</summary>
public sealed record EnvelopeLimits
{
    /// <summary>Envelopes that were sent to a peer and that it has not reported yet, at most.</summary>
    public int InFlightMax { get; init; } = 64;

    /// <summary>The bytes of those, at most. One envelope alone may be longer.</summary>
    public int InFlightBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>About how many bytes of messages are gathered into one envelope. A longer message goes alone.</summary>
    public int GatherBytes { get; init; } = 64 * 1024;

    /// <summary>After so many envelopes a node that has nothing to say reports that they came.</summary>
    public int ReportAfter { get; init; } = 16;

    /// <summary>Envelopes of one peer that wait to be taken, at most; one that comes then is lost.</summary>
    public int InboxMax { get; init; } = 256;

    /// <summary>The bytes of those, at most. One envelope alone may be longer.</summary>
    public int InboxBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Introductions of one peer that are looked at between two ticks, at most: each costs a signature's check.</summary>
    public int HellosPerTickMax { get; init; } = 8;

    /// <summary>How often a node introduces itself to a peer that it does not know, and shows one that it knows that it is there.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an envelope may go unreported before it counts as lost, so that others can leave.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a peer may be silent before nothing waits for it any more.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(3);
}
