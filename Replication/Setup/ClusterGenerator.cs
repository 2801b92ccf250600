using System.Collections.Immutable;
using System.Security.Cryptography;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Setup;

/// <summary>What to generate.</summary>
/// <param name="Directory">Where; it must be empty.</param>
/// <param name="Nodes">How many nodes.</param>
/// <param name="Clients">How many clients' keys.</param>
/// <param name="Shards">How many shards.</param>
/// <param name="Addresses">The nodes' addresses, one a node; empty for this machine only.</param>
/// <param name="BasePort">Node i has this port + 2i for peers, and the next one for clients.</param>
/// <param name="AdmitsAnyClient">Whether any client is admitted, and not only those whose keys are made here.</param>
/// <param name="IsDevelopment">Whether the keys are marked as made for development.</param>
public sealed record GeneratorOptions(
    string Directory, int Nodes, int Clients, int Shards, ImmutableArray<string> Addresses, int BasePort, bool AdmitsAnyClient, bool IsDevelopment)
{
    /// <summary>Whether primaries are monitored.</summary>
    public bool IsMonitored { get; init; } = true;

    /// <summary>What the shards begin with where these are the cluster's clients; null for nothing.</summary>
    public Func<ClientPolicy, RestoredStart>? Start { get; init; }

    /// <summary>Clients that are listed besides those whose keys are made.</summary>
    public ImmutableArray<PublicKey> MoreClients { get; init; } = [];
}

/// <summary>
/// Makes a whole cluster in one place, for one operator or a test: who runs it sees all the keys, so where organisations distrust each other each makes its own.
/// </summary>
public static class ClusterGenerator
{
    private const string Loopback = "127.0.0.1";
    private const int NameBytes = 8;

    /// <summary>A name that no cluster of the same members has had: what was said in one must not count in another.</summary>
    public static string NewName(string prefix) => $"{prefix}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes))}";

    /// <summary>The directory of a node.</summary>
    public static string NodeDirectoryOf(string directory, int node) => Path.Combine(directory, $"node{node}");

    /// <summary>The key's file of a client.</summary>
    public static string ClientKeyOf(string directory, int client) => Path.Combine(directory, $"client{client}", "client.key");

    /// <summary>Makes it.</summary>
    /// <returns>The genesis, signed by all.</returns>
    /// <exception cref="SetupException">The directory is not empty, or what is asked for makes no sense.</exception>
    public static GenesisDocument Generate(GeneratorOptions options)
    {
        if (Judge(options) is { } wrong) throw new SetupException(wrong, "'kv cluster generate --help' shows how it goes.");
        var seeds = Enumerable.Range(0, options.Nodes).Select(_ => NodeDirectory.NewSeed()).ToList();
        var clients = Enumerable.Range(0, options.Clients).Select(_ => NodeDirectory.NewSeed()).ToList();
        var keys = seeds.Select(seed => new Ed25519PrivateKey(seed)).ToList();
        try
        {
            var policy = options.AdmitsAnyClient ? ClientPolicy.Any : ClientPolicy.Only(clients.Select(PublicKeyOf).Concat(options.MoreClients));
            var document = GenesisDocument.Create(NewName("kv"), [.. keys.Select((key, i) => MemberOf(options, key.PublicKey, i))], options.Shards, policy, options.IsMonitored, options.Start?.Invoke(policy));
            foreach (var key in keys) document = document.Sign(key);
            Write(options, document, seeds, clients);
            return document;
        }
        finally
        {
            foreach (var key in keys) key.Dispose();
            foreach (var seed in seeds.Concat(clients)) CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static string? Judge(GeneratorOptions options)
    {
        if (options.Nodes is < 1 or > GroupConfig.ReplicasMax) return $"There can be 1 to {GroupConfig.ReplicasMax} nodes; 4 is the least that bears a fault.";
        if (options.Clients < 0) return "There can't be less than no clients.";
        if (options.Clients == 0 && options.MoreClients.IsEmpty && !options.AdmitsAnyClient) return "Without a client's key nobody could use a cluster that admits listed clients only.";
        if (options.Addresses.Length != 0 && options.Addresses.Length != options.Nodes) return $"There are {options.Addresses.Length} addresses for {options.Nodes} nodes.";
        return options.BasePort < 1 || options.BasePort + 2 * options.Nodes - 1 > ushort.MaxValue ? $"From port {options.BasePort} on there are no {2 * options.Nodes} ports." : null;
    }

    private static Member MemberOf(GeneratorOptions options, PublicKey key, int node)
    {
        var host = options.Addresses.IsEmpty ? Loopback : options.Addresses[node];
        if (host.Contains(':') && !host.StartsWith('[')) host = $"[{host}]";
        var port = options.BasePort + 2 * node;
        return new Member($"node{node}", key, $"{host}:{port}", $"http://{host}:{port + 1}");
    }

    private static void Write(GeneratorOptions options, GenesisDocument document, List<byte[]> seeds, List<byte[]> clients)
    {
        NodeDirectory.RequireEmpty(options.Directory);
        document.Write(Path.Combine(options.Directory, NodeDirectory.GenesisName), overwrite: false);
        for (var i = 0; i < seeds.Count; i++)
        {
            var key = Path.Combine(options.Directory, $"node{i}.key");
            KeyFile.Write(key, seeds[i], KeyRole.Replica, options.IsDevelopment, overwrite: false);
            NodeDirectory.Create(NodeDirectoryOf(options.Directory, i), key, document, isFirst: true);
            File.Delete(key);
        }

        for (var i = 0; i < clients.Count; i++)
        {
            var path = ClientKeyOf(options.Directory, i);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            KeyFile.Write(path, clients[i], KeyRole.Client, options.IsDevelopment, overwrite: false);
        }
    }

    private static PublicKey PublicKeyOf(byte[] seed)
    {
        using var key = new Ed25519PrivateKey(seed);
        return key.PublicKey;
    }
}
