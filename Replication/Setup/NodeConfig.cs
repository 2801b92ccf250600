using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>
/// A node's configuration: what <c>node.json</c> says, over that the environment's <c>KV_NODE_…</c>, over that the command line. Relative paths are meant from
/// the node's directory.
/// </summary>
/// <param name="Directory">The node's directory.</param>
/// <param name="Values">Every setting, with its source.</param>
public sealed record NodeConfig(string Directory, ImmutableArray<NodeSettingValue> Values)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "node.json";

    /// <summary>What a value from nowhere is said to come from.</summary>
    public const string DefaultSource = "default";

    private const int BytesMax = 64 * 1024;

    /// <summary>The private key's file.</summary>
    public string KeyPath => PathOf(NodeSetting.Key);

    /// <summary>The genesis document.</summary>
    public string GenesisPath => PathOf(NodeSetting.Genesis);

    /// <summary>The data directory.</summary>
    public string DataPath => PathOf(NodeSetting.Data);

    /// <summary>Where the replica of a shard keeps what it has.</summary>
    public string ShardPath(GroupId shard) => Path.Combine(DataPath, $"shard-{shard.Number}");

    /// <summary>Where to listen for peers; null for this member's address in the genesis.</summary>
    public IPEndPoint? PeerListen => Of(NodeSetting.PeerListen) is { Source: not DefaultSource, Value: var text } ? IPEndPoint.Parse(text) : null;

    /// <summary>Where to serve clients; null for this member's address in the genesis.</summary>
    public string? ClientListen => Of(NodeSetting.ClientListen) is { Source: not DefaultSource, Value: var text } ? text : null;

    /// <summary>Addresses of members that have moved, by name.</summary>
    public IReadOnlyDictionary<string, string> Peers => PeersOf(Of(NodeSetting.Peers).Value)!;

    /// <summary>The files of an operator's certificate for the connections between nodes, its key and the authorities; null where nodes issue their own.</summary>
    public (string Certificate, string Key, string Authorities)? PeerCertificateFiles =>
        Of(NodeSetting.PeerCertificate).Source == DefaultSource ? null : (PathOf(NodeSetting.PeerCertificate), PathOf(NodeSetting.PeerCertificateKey), PathOf(NodeSetting.PeerAuthorities));

    /// <summary>Whether votes are on disk before they leave.</summary>
    public bool IsDurable => Of(NodeSetting.Durability).Value == "always";

    /// <summary>Whether the gateway signs for those who do not.</summary>
    public bool AllowUnsigned => bool.Parse(Of(NodeSetting.AllowUnsigned).Value);

    /// <summary>How long a request may wait for its answer.</summary>
    public TimeSpan AnswerTimeout => TimeSpan.FromSeconds(int.Parse(Of(NodeSetting.AnswerTimeout).Value, CultureInfo.InvariantCulture));

    /// <summary>From which level on there is a log.</summary>
    public Microsoft.Extensions.Logging.LogLevel LogLevel => Enum.Parse<Microsoft.Extensions.Logging.LogLevel>(Of(NodeSetting.LogLevel).Value, ignoreCase: true);

    /// <summary>Whether the log is lines of JSON.</summary>
    public bool LogsJson => Of(NodeSetting.LogFormat).Value == "json";

    /// <summary>Reads what is in force.</summary>
    /// <param name="directory">The node's directory.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="flags">What the command line says, by the setting's name.</param>
    /// <exception cref="SetupException">A setting is unknown, or its value makes no sense.</exception>
    public static NodeConfig Read(string directory, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> flags)
    {
        var path = Path.Combine(directory, FileName);
        const string next = "'kv node init' or 'kv cluster generate' makes a node's directory.";
        var json = SetupJson.Read(SetupFiles.Read(path, BytesMax, next), SetupJson.Default.DictionaryStringJsonElement, $"The file '{path}'", "a node's configuration", next);
        RefuseUnknown(path, json.Keys, environment.Keys);
        var config = new NodeConfig(directory, [.. NodeSetting.All.Select(setting => ValueOf(setting, path, json, environment, flags))]);
        foreach (var value in config.Values)
        {
            if (value.Source != DefaultSource && !IsGood(value))
                throw new SetupException($"{value.Source}: '{value.Value}' is no value for {value.Setting.Name}, which takes {value.Setting.HelpName}.", value.Setting.Description);
        }

        config.RequireWholeCertificate();
        return config;
    }

    /// <summary>One setting.</summary>
    public NodeSettingValue Of(NodeSetting setting) => Values.First(value => value.Setting == setting);

    private static void RefuseUnknown(string path, IEnumerable<string> members, IEnumerable<string> variables)
    {
        var names = string.Join(", ", NodeSetting.All.Select(setting => setting.Name));
        if (members.FirstOrDefault(name => NodeSetting.All.All(setting => setting.Name != name)) is { } member)
            throw new SetupException($"The file '{path}' has '{member}', which is no setting.", $"There are {names}.");
        var ours = variables.Where(static name => name.StartsWith(NodeSetting.VariablePrefix, StringComparison.Ordinal));
        if (ours.FirstOrDefault(name => NodeSetting.All.All(setting => setting.Variable != name)) is { } variable)
            throw new SetupException($"The environment has {variable}, which is no setting.", $"There are {string.Join(", ", NodeSetting.All.Select(setting => setting.Variable))}.");
    }

    private static NodeSettingValue ValueOf(
        NodeSetting setting, string path, Dictionary<string, JsonElement> json, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> flags)
    {
        if (flags.TryGetValue(setting.Name, out var flag)) return new NodeSettingValue(setting, flag, setting.Flag);
        if (environment.TryGetValue(setting.Variable, out var variable)) return new NodeSettingValue(setting, variable, setting.Variable);
        if (!json.TryGetValue(setting.Name, out var member)) return new NodeSettingValue(setting, setting.Default, DefaultSource);
        var text = member.ValueKind switch
        {
            JsonValueKind.String => TextOf(setting, path, member),
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => member.GetRawText(),
            _ => throw new SetupException($"The file '{path}': '{setting.Name}' is neither a text, a number, true nor false.", setting.Description),
        };
        return new NodeSettingValue(setting, text, path);
    }

    // Text is read late, so that what is no text is found late.
    private static string TextOf(NodeSetting setting, string path, JsonElement member)
    {
        try
        {
            return member.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new SetupException($"The file '{path}': the value of '{setting.Name}' is not well-formed Unicode.", setting.Description);
        }
    }

    // With a certificate and no authority anybody's would be taken; a node that is to have an operator's must not start with less.
    private void RequireWholeCertificate()
    {
        NodeSetting[] all = [NodeSetting.PeerCertificate, NodeSetting.PeerCertificateKey, NodeSetting.PeerAuthorities];
        var missing = all.Where(setting => Of(setting).Source == DefaultSource).ToList();
        if (missing.Count is 0 || missing.Count == all.Length) return;
        throw new SetupException(
            $"There is no {string.Join(" and no ", missing.Select(setting => setting.Name))}.", $"{string.Join(", ", all.Select(setting => setting.Name))} go together: give all of them, or none.");
    }

    private static bool IsGood(NodeSettingValue given) => given.Setting.Name switch
    {
        "key" or "genesis" or "data" or "peerCertificate" or "peerCertificateKey" or "peerAuthorities" => given.Value.Length > 0,
        "peerListen" => IPEndPoint.TryParse(given.Value, out var listen) && listen.Port > 0,
        "clientListen" => NodeAddress.IsClientUrl(given.Value),
        "peers" => PeersOf(given.Value) is not null,
        "durability" => given.Value is "always" or "none",
        "allowUnsigned" => given.Value is "true" or "false",
        "answerTimeout" => int.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600,
        "logLevel" => given.Value is "trace" or "debug" or "information" or "warning" or "error" or "critical",
        "logFormat" => given.Value is "text" or "json",
        _ => throw new InvalidOperationException($"The setting {given.Setting.Name} has no rule."),
    };

    private static Dictionary<string, string>? PeersOf(string text)
    {
        var peers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var each in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = each.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !NodeAddress.TryParsePeer(each[(equals + 1)..], out _, out _) || !peers.TryAdd(each[..equals], each[(equals + 1)..])) return null;
        }

        return peers;
    }

    private string PathOf(NodeSetting setting) => Path.GetFullPath(Of(setting).Value, Path.GetFullPath(Directory));
}
