using System.Collections.Immutable;

namespace KvStore.Replication.Setup;

/// <summary>A setting of a node.</summary>
/// <param name="Name">Its name in <c>node.json</c>.</param>
/// <param name="HelpName">The form of its value, for the help.</param>
/// <param name="Default">Its value unless something says otherwise; a sentence in brackets where that depends on something else.</param>
/// <param name="Description">What it does.</param>
public sealed record NodeSetting(string Name, string HelpName, string Default, string Description)
{
    /// <summary>How the names of variables for nodes begin.</summary>
    public const string VariablePrefix = "KV_NODE_";

    /// <summary>The private key's file.</summary>
    public static readonly NodeSetting Key = new("key", "FILE", "node.key", "The node's private key, of the role replica.");

    /// <summary>The genesis document.</summary>
    public static readonly NodeSetting Genesis = new("genesis", "FILE", "genesis.json", "The genesis, signed by all members.");

    /// <summary>The data directory.</summary>
    public static readonly NodeSetting Data = new("data", "DIR", "data", "Where the shards' logs and states are kept.");

    /// <summary>Where peers are listened for.</summary>
    public static readonly NodeSetting PeerListen = new("peerListen", "IP:PORT", FromGenesis, "Where to listen for the other nodes.");

    /// <summary>Where clients are listened for.</summary>
    public static readonly NodeSetting ClientListen = new("clientListen", "URL", FromGenesis, "Where to serve clients.");

    /// <summary>Other addresses of peers than those of the genesis.</summary>
    public static readonly NodeSetting Peers = new("peers", "NAME=HOST:PORT,…", "", "Addresses of nodes that have moved since the genesis.");

    /// <summary>The certificate for the connections between nodes.</summary>
    public static readonly NodeSetting PeerCertificate = new(
        "peerCertificate", "FILE", "", "This node's certificate for the other nodes, PEM, with what leads from it to an authority; without it one is made at each start. Goes with the next two.");

    /// <summary>That certificate's private key.</summary>
    public static readonly NodeSetting PeerCertificateKey = new("peerCertificateKey", "FILE", "", "The private key of that certificate, PEM, not encrypted.");

    /// <summary>The authorities for the connections between nodes.</summary>
    public static readonly NodeSetting PeerAuthorities = new("peerAuthorities", "FILE", "", "The authorities, PEM: only who has a certificate of one may introduce itself as a node.");

    /// <summary>What is durable before it is said.</summary>
    public static readonly NodeSetting Durability = new("durability", "always|none", "always", "Whether votes are on disk before they leave; with none a power cut can lose what was acknowledged.");

    /// <summary>Whether the gateway signs for others.</summary>
    public static readonly NodeSetting AllowUnsigned = new("allowUnsigned", "true|false", "false", "Whether the gateway signs requests that their client did not sign; needs a genesis that admits any client.");

    /// <summary>How long a request may wait.</summary>
    public static readonly NodeSetting AnswerTimeout = new("answerTimeout", "SECONDS", "5", "How long a request may wait for its answer.");

    /// <summary>From which level on there is a log.</summary>
    public static readonly NodeSetting LogLevel = new("logLevel", "LEVEL", "information", "From which level on to log: trace, debug, information, warning, error or critical.");

    /// <summary>The log's form.</summary>
    public static readonly NodeSetting LogFormat = new("logFormat", "text|json", "text", "A line of text or of JSON an event.");

    private const string FromGenesis = "(this member's address in the genesis)";

    /// <summary>All of them.</summary>
    public static ImmutableArray<NodeSetting> All { get; } =
        [Key, Genesis, Data, PeerListen, ClientListen, Peers, PeerCertificate, PeerCertificateKey, PeerAuthorities, Durability, AllowUnsigned, AnswerTimeout, LogLevel, LogFormat];

    /// <summary>Its name in the environment.</summary>
    public string Variable => VariablePrefix + string.Concat(Name.Select(static c => char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    /// <summary>Its name on the command line.</summary>
    public string Flag => "--" + string.Concat(Name.Select(static c => char.IsUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
}

/// <summary>What is in force, and where it comes from.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">Its value.</param>
/// <param name="Source">The file, the variable or the flag that says so.</param>
public sealed record NodeSettingValue(NodeSetting Setting, string Value, string Source);
