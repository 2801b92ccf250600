using System.Collections.Immutable;
using System.Net;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>Everything that a node starts with, read and checked: its configuration, its key, and a genesis that all members have signed and that names it.</summary>
public sealed class NodeSetup : IDisposable
{
    private NodeSetup(NodeConfig config, OpenedKey opened, GenesisDocument document, ReplicaId self)
    {
        Config = config;
        Key = opened.Key;
        IsDevelopmentKey = opened.IsDevelopment;
        IsKeyOpenToOthers = opened.IsOpenToOthers;
        Document = document;
        Self = self;
        Addresses = [.. document.Members.Select(member => config.Peers.GetValueOrDefault(member.Name, member.Peer))];
        Marks = new StartMarks(config.Directory, config.DataPath, document.Genesis.Cluster, opened.Key.PublicKey);
    }

    /// <summary>The configuration.</summary>
    public NodeConfig Config { get; }

    /// <summary>The node's key.</summary>
    public Ed25519PrivateKey Key { get; }

    /// <summary>Whether the key is marked as made for development.</summary>
    public bool IsDevelopmentKey { get; }

    /// <summary>Whether others than its owner can read the key's file.</summary>
    public bool IsKeyOpenToOthers { get; }

    /// <summary>The genesis.</summary>
    public GenesisDocument Document { get; }

    /// <summary>The node's replica in every group.</summary>
    public ReplicaId Self { get; }

    /// <summary>The node as a member.</summary>
    public Member Member => Document.Members[Self.Index];

    /// <summary>Where the members' peers reach them, by replica.</summary>
    public ImmutableArray<string> Addresses { get; }

    /// <summary>What the directory says of earlier runs.</summary>
    public StartMarks Marks { get; }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="SetupException">Something is missing, or does not belong together.</exception>
    public static NodeSetup Read(NodeConfig config)
    {
        var document = GenesisDocument.Read(config.GenesisPath);
        document.RequireAllSignatures();
        var opened = KeyFile.Open(config.KeyPath, KeyRole.Replica);
        try
        {
            var self = document.IndexOf(opened.Key.PublicKey);
            if (config.Peers.Keys.FirstOrDefault(name => document.Members.All(member => member.Name != name)) is { } stranger)
                throw new SetupException($"{config.Of(NodeSetting.Peers).Source}: '{stranger}' is no member of the cluster.", "'kv cluster show' prints its members.");
            if (config.AllowUnsigned && !document.Genesis.Clients.AllowsAny)
                throw new SetupException("The genesis admits the clients that it lists only, so that the gateway can't sign for others.", $"Leave out {NodeSetting.AllowUnsigned.Name}.");
            var setup = new NodeSetup(config, opened, document, self);
            _ = setup.Marks.HasRun();
            return setup;
        }
        catch
        {
            opened.Key.Dispose();
            throw;
        }
    }

    /// <summary>Where to listen for peers.</summary>
    /// <exception cref="SetupException">The genesis has a name, which is no address to listen at.</exception>
    public IPEndPoint PeerListen()
    {
        if (Config.PeerListen is { } configured) return configured;
        var address = Member.Peer;
        return IPEndPoint.TryParse(address, out var listen)
            ? listen
            : throw new SetupException($"The genesis has '{address}' as this member's address, which names no interface of this machine.", $"Say where to listen with {NodeSetting.PeerListen.Flag}, for example 0.0.0.0:7000.");
    }

    /// <summary>Where to serve clients.</summary>
    /// <exception cref="SetupException">The genesis has a name or https, at which a node does not listen by itself.</exception>
    public string ClientListen()
    {
        if (Config.ClientListen is { } configured) return configured;
        var url = new Uri(Member.Client);
        return url.Scheme == Uri.UriSchemeHttp && url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? Member.Client
            : throw new SetupException($"The genesis has '{Member.Client}' as this member's address for clients, which may be a proxy's.", $"Say where to listen with {NodeSetting.ClientListen.Flag}, for example http://127.0.0.1:7001.");
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
