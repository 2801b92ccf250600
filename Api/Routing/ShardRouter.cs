using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Routing;

/// <summary>Finds the shard of what is asked for. Asked on every request, so it neither allocates nor looks anything up by name.</summary>
internal sealed class ShardRouter
{
    private readonly ShardMap _map;

    /// <summary>A router over the gateways of all shards, in the order of their numbers.</summary>
    public ShardRouter(ImmutableArray<ShardGateway> shards, StateLimits limits)
    {
        for (var i = 0; i < shards.Length; i++) Invariant.Holds(shards[i].Shard == i);
        _map = new ShardMap(shards.Length);
        Shards = shards;
        Limits = limits;
    }

    /// <summary>The gateways of all shards, by number.</summary>
    public ImmutableArray<ShardGateway> Shards { get; }

    /// <summary>The limits of a shard's state, the same for all.</summary>
    public StateLimits Limits { get; }

    /// <summary>The gateway of the shard that a key belongs to.</summary>
    public ShardGateway Of(Key key) => Shards[NumberOf(key)];

    /// <summary>The number of the shard that a key belongs to.</summary>
    public int NumberOf(Key key) => (int)_map.ShardOf(key.Span).Number;
}
