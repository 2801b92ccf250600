using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Setup;

/// <summary>
/// A genesis with the names and addresses of its members, and their signatures: what a cluster's operators agree on before it runs. The genesis is what the
/// cluster's id is the digest of; names and addresses are signed, but are not part of it.
/// </summary>
/// <param name="Genesis">How the cluster begins.</param>
/// <param name="Members">Its members, in the order of their replicas' ids.</param>
/// <param name="Signatures">Their signatures, in the same order; null for one who has not signed.</param>
public sealed record GenesisDocument(Genesis Genesis, ImmutableArray<Member> Members, ImmutableArray<Signature?> Signatures)
{
    /// <summary>The most shards that a node can hold: its replica of each takes a thread.</summary>
    public const int ShardsMax = 64;

    private const int BytesMax = 4 * 1024 * 1024;
    private const string Advice = "Get the file from whoever made it again: 'kv cluster init' or 'kv cluster generate'.";

    /// <summary>The members who have not signed.</summary>
    public IReadOnlyList<Member> Missing => [.. Members.Where((_, i) => Signatures[i] is null)];

    /// <summary>What every member signs. docs/wire.md.</summary>
    public byte[] SignedBytes()
    {
        var writer = new CanonicalWriter();
        writer.Fixed("kvstore-v1 genesis document\0"u8);
        writer.Bytes(Genesis.Encode());
        writer.Count(Members.Length);
        foreach (var member in Members) member.Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Puts a cluster together.</summary>
    /// <param name="name">Its name. No two clusters of the same members may have the same: what was said in one would count in the other.</param>
    /// <param name="members">Its members.</param>
    /// <param name="shards">How many shards there are.</param>
    /// <param name="clients">Whose requests are executed.</param>
    /// <param name="isMonitored">Whether primaries are monitored.</param>
    /// <param name="start">What the shards begin with; null for nothing.</param>
    /// <exception cref="SetupException">Members share what they must not, or there are too many of something.</exception>
    public static GenesisDocument Create(string name, ImmutableArray<Member> members, int shards, ClientPolicy clients, bool isMonitored = true, RestoredStart? start = null)
    {
        if (GenesisRules.Judge(name, members, shards) is { } wrong) throw new SetupException($"{wrong}.", "'kv cluster init --help' shows how it goes.");
        var genesis = new Genesis
        {
            Name = name,
            Groups = Groups(members, shards, isMonitored ? new MonitorConfig() : null),
            Clients = clients,
            Limits = start?.Limits ?? new StateLimits(),
            Consensus = GenesisRules.OrderingFor(members.Length),
            Origin = start?.Origin,
        };
        return new GenesisDocument(genesis, members, [.. members.Select(_ => (Signature?)null)]);
    }

    /// <summary>Reads a document, and checks the signatures that it has.</summary>
    /// <exception cref="SetupException">It can't be read, or something of it is not good.</exception>
    public static GenesisDocument Read(string path) => Parse(SetupFiles.Read(path, BytesMax, Advice), $"The file '{path}'");

    /// <summary>Makes a document of a file's content, and checks the signatures that it has.</summary>
    /// <exception cref="SetupException">It is none, or something of it is not good.</exception>
    public static GenesisDocument Parse(ReadOnlySpan<byte> bytes, string source)
    {
        var json = SetupJson.Read(bytes, SetupJson.Default.GenesisJson, source, "a genesis document", Advice);
        if (json.Unknown() is { } unknown) throw new SetupException($"{source} has {unknown}, which this version does not know.", "Use the version that made it.");
        var members = json.MemberList(source);
        var wrong = GenesisRules.Judge(json.Name, members, json.Shards) ?? GenesisRules.Judge(json.Limits, json.Ordering) ?? GenesisRules.JudgeSize(members.Length, json.Ordering) ?? GenesisRules.JudgeClients(json) ?? GenesisRules.JudgeMonitor(json) ?? GenesisRules.JudgeOrigin(json);
        if (wrong is not null) throw new SetupException($"{source}: {wrong}.", Advice);
        var genesis = new Genesis
        {
            Name = json.Name,
            Groups = Groups(members, json.Shards, json.Monitor),
            Clients = json.Policy(source),
            Limits = json.Limits,
            Consensus = json.Ordering,
            Origin = json.Origin?.ToOrigin(source),
        };
        if (SignatureBase.ClusterName(genesis.Cluster) != json.Cluster)
            throw new SetupException($"{source}: what it says makes the cluster '{SignatureBase.ClusterName(genesis.Cluster)}', and it says '{json.Cluster}'.", Advice);
        return new GenesisDocument(genesis, members, [.. members.Select(_ => (Signature?)null)]).WithSignatures(json.Signatures, source);
    }

    /// <summary>Adds the signature of a member. Signing again changes nothing.</summary>
    /// <exception cref="SetupException">The key is no member's.</exception>
    public GenesisDocument Sign(Ed25519PrivateKey key) => this with { Signatures = Signatures.SetItem(IndexOf(key.PublicKey).Index, key.Sign(SignedBytes())) };

    /// <summary>Adds the signatures that another copy of the same document has.</summary>
    /// <exception cref="SetupException">It is another document.</exception>
    public GenesisDocument Merge(GenesisDocument other, string source) => other.SignedBytes().AsSpan().SequenceEqual(SignedBytes())
        ? this with { Signatures = [.. Signatures.Zip(other.Signatures).Select(each => each.First ?? each.Second)] }
        : throw new SetupException($"{source} is another document: its members would sign something else.", "Have all members sign copies of the same file.");

    /// <summary>The replica id of a key's holder.</summary>
    /// <exception cref="SetupException">The key is no member's.</exception>
    public ReplicaId IndexOf(PublicKey key)
    {
        for (var i = 0; i < Members.Length; i++)
        {
            if (Members[i].Key == key) return new ReplicaId((ushort)i);
        }

        throw new SetupException($"The key '{SignatureBase.KeyName(key)}' is no member's of the cluster '{Genesis.Name}'.", "'kv cluster show' prints its members: use another key or another genesis.");
    }

    /// <summary>Throws unless all members have signed.</summary>
    /// <exception cref="SetupException">Some have not.</exception>
    public void RequireAllSignatures()
    {
        if (Missing.Count == 0) return;
        throw new SetupException(
            $"The genesis of '{Genesis.Name}' is not signed by {string.Join(", ", Missing.Select(member => member.Name))}.", "Have each of them run 'kv cluster sign'.");
    }

    /// <summary>Writes it to a file.</summary>
    /// <exception cref="SetupException">The file is there, or can't be written.</exception>
    public void Write(string path, bool overwrite) => SetupFiles.Write(path, SetupJson.Write(GenesisJson.Of(this), SetupJson.Default.GenesisJson), secret: false, overwrite);

    private static ImmutableArray<GroupGenesis> Groups(ImmutableArray<Member> members, int shards, MonitorConfig? monitor)
    {
        var group = new GroupConfig(members.Length) { Monitor = monitor };
        return [.. Enumerable.Range(0, shards).Select(shard => new GroupGenesis(new GroupId((uint)shard), group, [.. members.Select(member => member.Key)]))];
    }

    private GenesisDocument WithSignatures(IReadOnlyList<SignatureJson> given, string source)
    {
        var signed = SignedBytes();
        var signatures = Signatures.ToBuilder();
        foreach (var each in given)
        {
            var index = Members.Select(member => member.Name).ToList().IndexOf(each.Member);
            if (index < 0 || signatures[index] is not null) throw new SetupException($"{source}: '{each.Member}' signed twice, or is no member.", Advice);
            var signature = SetupText.SignatureOf(each.Signature, source);
            if (!Ed25519.Instance.Verify(Members[index].Key, signed, signature))
                throw new SetupException($"{source}: the signature of '{each.Member}' is not that of its key over this document.", "What it signed was changed afterwards: have it look, and sign again.");
            signatures[index] = signature;
        }

        return this with { Signatures = signatures.MoveToImmutable() };
    }
}
