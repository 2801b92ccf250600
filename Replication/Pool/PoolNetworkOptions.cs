using System.Collections.Immutable;
using System.Net;
using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>What a node's part of the network is made of.</summary>
/// <param name="Self">The node: its replica's id in the group of every shard.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Key">The node's private key.</param>
/// <param name="Nodes">All nodes' public keys, by id.</param>
/// <param name="Addresses">Where each is dialled, <c>host:port</c>, by id. An address is not believed to be anybody's.</param>
/// <param name="Listen">Where peers are listened for; port 0 takes any that is free.</param>
public sealed record PoolNetworkOptions(
    ReplicaId Self, ClusterId Cluster, Ed25519PrivateKey Key, ImmutableArray<PublicKey> Nodes, ImmutableArray<string> Addresses, IPEndPoint Listen)
{
    /// <summary>An operator's certificates; null for a self-issued one, made at the start.</summary>
    public PeerCertificates? Certificates { get; init; }

    /// <summary>Bounds and time-outs.</summary>
    public PoolNetworkLimits Limits { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Bounds and time-outs of a node's part of the network.</summary>
public sealed record PoolNetworkLimits
{
    /// <summary>Connections that have not introduced themselves yet, at most: for one more, the oldest is closed.</summary>
    public int StrangersMax { get; init; } = 256;

    /// <summary>Those of them from one address, at most.</summary>
    public int StrangersPerAddressMax { get; init; } = 128;

    /// <summary>TLS handshakes with strangers that are carried out at once, at most; <see cref="HandshakesPerSecond"/> after that.</summary>
    public int HandshakesOfStrangersMax { get; init; } = 256;

    /// <summary>The same for each peer's address.</summary>
    public int HandshakesOfPeerMax { get; init; } = 64;

    /// <summary>How many more there may be in a second, with strangers, and with each peer's address.</summary>
    public int HandshakesPerSecond { get; init; } = 32;

    /// <summary>How long the TLS handshake may take, and then the introduction.</summary>
    public TimeSpan IntroductionTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long dialling may take, up to the end of the introduction.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The first wait before a peer is dialled again; it doubles each time.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait before a peer is dialled again.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each peer is pinged.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may be silent, or take none of what is written to it, before it is closed.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of votes and questions that wait for one peer, at most. One message alone may be longer.</summary>
    public long VoteBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of bodies and batches that wait for one peer, at most. One message alone may be longer.</summary>
    public long BodyBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of snapshots' chunks that wait for one peer, at most. One message alone may be longer.</summary>
    public long SnapshotBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Messages of one peer that may be rejected in one <see cref="RejectionWindow"/>. A correct peer has none rejected.</summary>
    public int RejectionsMax { get; init; } = 32;

    /// <summary>How long rejections are counted together.</summary>
    public TimeSpan RejectionWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a peer that had more rejected is shut out.</summary>
    public TimeSpan ShutOutTime { get; init; } = TimeSpan.FromSeconds(30);
}
