// The rule of Protocol/Sharding/ShardMap.cs, written a second time and as plainly as possible.
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace KvStore.Simulator;

/// <summary>Which keys belong to a shard.</summary>
internal sealed record ShardRule(int Shard, int Shards)
{
    private const int HashedBytes = 8;

    public bool Owns(string key) => Of(key, Shards) == Shard;

    /// <summary>The shard of a key.</summary>
    public static int Of(string key, int shards)
    {
        var (open, tag) = (key.IndexOf('{', StringComparison.Ordinal), key);
        var close = open < 0 ? -1 : key.IndexOf('}', open);
        if (close > open + 1) tag = key[(open + 1)..close];
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"kvstore-v1 shard\0{tag}"));
        return (int)(new BigInteger(hash.AsSpan(0, HashedBytes), isUnsigned: true) % shards);
    }
}
