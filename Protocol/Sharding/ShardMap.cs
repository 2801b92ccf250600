using System.Buffers.Binary;

namespace KvStore.Protocol;

/// <summary>
/// Which shard a key belongs to: SHA-256 of <c>"kvstore-v1 shard\0" ‖ tag</c>, its first 8 bytes as a little-endian number, modulo the number of shards.
/// The tag is what stands between the key's first <c>{</c> and the next <c>}</c>, when that is not empty, and else the whole key: keys with one tag share
/// a shard, and so may share a transaction. The rule is Redis Cluster's.
/// </summary>
/// <param name="Shards">How many shards there are, from 1 on.</param>
public sealed record ShardMap(int Shards)
{
    private const int StackBytesMax = 1024;

    private static ReadOnlySpan<byte> Domain => "kvstore-v1 shard\0"u8;

    /// <summary>The map of a cluster with one shard.</summary>
    public static ShardMap Single { get; } = new(1);

    /// <summary>The shard of a key.</summary>
    public GroupId ShardOf(ReadOnlySpan<byte> key)
    {
        if (Shards == 1) return new GroupId(0);
        var tag = TagOf(key);
        var length = Domain.Length + tag.Length;
        var bytes = length <= StackBytesMax ? stackalloc byte[length] : new byte[length];
        Domain.CopyTo(bytes);
        tag.CopyTo(bytes[Domain.Length..]);
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(bytes, hash);
        return new GroupId((uint)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (ulong)Shards));
    }

    /// <summary>The part of a key that decides its shard.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open < 0) return key;
        var length = key[(open + 1)..].IndexOf((byte)'}');
        return length > 0 ? key.Slice(open + 1, length) : key;
    }
}

/// <summary>One shard's place among all.</summary>
/// <param name="Map">How keys are spread over shards.</param>
/// <param name="Shard">The shard.</param>
public sealed record ShardPartition(ShardMap Map, GroupId Shard)
{
    /// <summary>The only shard of a cluster with one.</summary>
    public static ShardPartition Whole { get; } = new(ShardMap.Single, new GroupId(0));

    /// <summary>Whether a key belongs to the shard.</summary>
    public bool Owns(ReadOnlySpan<byte> key) => Map.ShardOf(key) == Shard;
}
