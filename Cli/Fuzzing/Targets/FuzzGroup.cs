using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>The group of the golden vectors (docs/wire.md), to which their signatures belong.</summary>
internal static class FuzzGroup
{
    /// <summary>What statements are bound to.</summary>
    public static StatementContext Context { get; } = new(new ClusterId(Digest.Read(Corpus.Golden("cluster")[0])), new GroupId(2), new Epoch(3));

    /// <summary>Its members' public keys.</summary>
    public static ImmutableArray<PublicKey> Members { get; } = [.. Corpus.Golden("key.replica-").Select(key => PublicKey.Read(key))];

    /// <summary>Its verifier.</summary>
    public static MessageVerifier Verifier { get; } = new(Context, new GroupConfig(4), new ConsensusConfig(), Members, Ed25519.Instance);

    /// <summary>A key that is the same in every run.</summary>
    public static Ed25519PrivateKey Key(byte first) => new([.. Enumerable.Range(first, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]);

    /// <summary>Encodes something canonically.</summary>
    public static byte[] Bytes(Action<CanonicalWriter> encode)
    {
        var writer = new CanonicalWriter();
        encode(writer);
        return writer.ToArray();
    }
}
