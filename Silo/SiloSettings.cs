using System.Net;
using KvStore.Grains.Hosting;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Silo;

/// <summary>What a silo is to be: by default one that holds a whole cluster in memory.</summary>
public sealed record SiloSettings
{
    /// <summary>Whether the silo holds one replica of a cluster whose others are elsewhere.</summary>
    public bool IsReplica { get; init; }

    /// <summary>That replica.</summary>
    public int Replica { get; init; }

    /// <summary>The node's directory, with its key and the genesis.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Where clients are served; null for this member's address in the genesis.</summary>
    public string? Urls { get; init; }

    /// <summary>How many replicas a cluster in memory has.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>How many shards a cluster in memory has.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Whether what clients do not sign is refused by a cluster in memory.</summary>
    public bool RequireSigned { get; init; }

    /// <summary>How the nodes reach each other.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>Whether NSec signs, and not the library that verifies.</summary>
    public bool SignsWithNSec { get; init; }

    /// <summary>The port for the other silos.</summary>
    public int SiloPort { get; init; } = 11111;

    /// <summary>The port for clients of the Orleans cluster.</summary>
    public int GatewayPort { get; init; } = 30000;

    /// <summary>Where the other silos reach this one; null for the machine's first address.</summary>
    public IPAddress? Advertise { get; init; }

    /// <summary>The Orleans cluster.</summary>
    public string ClusterId { get; init; } = "kv";

    /// <summary>The endpoint of the Azure tables that hold the membership; null for none.</summary>
    public Uri? AzureTables { get; init; }

    /// <summary>Where the replica keeps everything in Azure's tables and blobs; null for files in the node's directory.</summary>
    public AzureDiskSettings? AzureDisk { get; init; }

    /// <summary>The silo that holds the membership in its memory, for trying things out; null for none.</summary>
    public IPEndPoint? Primary { get; init; }

    /// <summary>The certificate for the connections between silos; null for none.</summary>
    public SiloCertificates? Certificates { get; init; }

    /// <summary>Where the dashboard is served, on this machine only; null for nowhere.</summary>
    public Uri? Dashboard { get; init; }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="SetupException">It makes no sense.</exception>
    public static SiloSettings Read(string[] args)
    {
        var line = new SiloArguments(args);
        var role = line.Take("role", "dev");
        if (role is not ("dev" or "silo")) throw line.Wrong("role", "takes dev or silo");
        var settings = new SiloSettings
        {
            IsReplica = role == "silo",
            Replica = line.Number("replica", 0, 0, GroupConfig.ReplicasMax - 1),
            Directory = line.Take("dir") ?? "",
            Urls = line.Take("urls"),
            Replicas = line.Number("replicas", 4, 1, GroupConfig.ReplicasMax),
            Shards = line.Number("shards", 1, 1, Api.ApiOptions.ShardsMax),
            RequireSigned = line.Flag("require-signed"),
            Transport = line.Take("peer-transport", "grains") switch
            {
                "grains" => PeerTransport.Grains,
                "tls" => PeerTransport.Tls,
                _ => throw line.Wrong("peer-transport", "takes grains or tls"),
            },
            SignsWithNSec = line.Take("signer", "native") switch
            {
                "native" => false,
                "nsec" => true,
                _ => throw line.Wrong("signer", "takes native or nsec"),
            },
            SiloPort = line.Number("silo-port", 11111, 1, ushort.MaxValue),
            GatewayPort = line.Number("gateway-port", 30000, 0, ushort.MaxValue),
            Advertise = line.Parsed("advertise", "takes an IP address", static text => IPAddress.TryParse(text, out var address) ? address : null),
            ClusterId = line.Take("cluster-id", "kv"),
            AzureTables = line.Parsed("azure-tables", "takes the https address of a storage account's tables", static text => Absolute(text, Uri.UriSchemeHttps)),
            AzureDisk = AzureDiskSettings.Read(line),
            Primary = line.Parsed("primary", "takes IP:PORT of the silo that holds the membership", static text => IPEndPoint.TryParse(text, out var endpoint) ? endpoint : null),
            Certificates = SiloCertificates.Read(line),
            Dashboard = line.Parsed("dashboard", "takes an http address of this machine, because it asks nobody who they are", static text => Absolute(text, Uri.UriSchemeHttp) is { IsLoopback: true } uri ? uri : null),
        };
        line.RequireNothingLeft();
        settings.RequireWhole(line);
        return settings;
    }

    private void RequireWhole(SiloArguments line)
    {
        var plain = line.IsPlain;
        if (!IsReplica)
        {
            if (AzureTables is not null || AzureDisk is not null || Primary is not null || Directory.Length > 0) throw new SetupException("A cluster in memory has no directory, no disk and no other silos.", "Add --role silo --replica I.");
            return;
        }

        if (Directory.Length == 0) throw new SetupException("A replica needs its node's directory.", "Add --dir DIR; 'kv cluster generate' or 'kv node init' makes one.");
        if ((AzureTables is null) == (Primary is null)) throw new SetupException("The silo does not know where the membership is.", "Add either --azure-tables URL or, to try things out, --primary IP:PORT.");
        if (Certificates is null && !plain)
            throw new SetupException("The connections between silos would not be encrypted.", "Add --tls-certificate, --tls-key and --tls-authorities, or --plain-silos where the network is yours alone.");
    }

    private static Uri? Absolute(string text, string scheme) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == scheme ? uri : null;
}
