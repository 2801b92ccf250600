using System.CommandLine;
using KvStore.Api;
using KvStore.Cli.Keys;
using KvStore.Client;
using KvStore.Protocol;

namespace KvStore.Cli.Connecting;

/// <summary>The options that say whom to speak to, and as whom.</summary>
internal sealed class ConnectionOptions
{
    private const int DefaultTimeoutSeconds = 10;

    // Someone waits: better soon an error that says what to do than a silence.
    private const int AttemptsMax = 4;

    // Who types 'kv request' after an error needs longer than a program.
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(5);

    private readonly Option<string?> _url = new("--url")
    {
        Description = $"The gateway, or several with ',' between them to fail over to; default: the environment's KV_URL, or {ApiOptions.DefaultUrls}.",
        HelpName = "URL",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Sign requests with the key in this file, which 'kv key new' makes; default: the environment's KV_KEY, or unsigned.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = "The cluster that signed requests are for; default: the environment's KV_CLUSTER, or what the gateway says.",
        HelpName = "ID",
    };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "How long to try.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => DefaultTimeoutSeconds,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all = [_url, _key, _cluster, _timeout];
        foreach (var option in all) command.Options.Add(option);
    }

    /// <summary>Opens what they name.</summary>
    /// <exception cref="Failure">An option makes no sense, or the key's file can't be read.</exception>
    public Connection Open(ParseResult parsed, Terminal terminal)
    {
        var gateways = Gateways(Given(parsed, _url, terminal, "KV_URL") ?? ApiOptions.DefaultUrls);
        var cluster = Cluster(Given(parsed, _cluster, terminal, "KV_CLUSTER"));
        var seconds = parsed.GetValue(_timeout);
        if (seconds < 1) throw Failure.Usage("--timeout takes a number of seconds from 1 on.", $"Leave it out to wait for {DefaultTimeoutSeconds} seconds.");
        var key = Given(parsed, _key, terminal, "KV_KEY") is { } file ? ClientKey.Open(file, terminal.Error) : null;
        var options = new KvClientOptions
        {
            Gateways = gateways,
            Key = key,
            Cluster = cluster,
            Timeout = TimeSpan.FromSeconds(seconds),
            AttemptsMax = AttemptsMax,
            Lifetime = _lifetime,
        };
        return new Connection(new KvClient(options), key);
    }

    private static string? Given(ParseResult parsed, Option<string?> option, Terminal terminal, string variable) =>
        parsed.GetValue(option) ?? (terminal.Environment(variable) is { Length: > 0 } text ? text : null);

    private static Uri[] Gateways(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty(text).Select(Gateway)];

    private static Uri Gateway(string text)
    {
        var isGood = Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" };
        if (isGood) return url!;
        throw Failure.Usage($"'{text}' is not the address of a gateway.", $"Give one like {ApiOptions.DefaultUrls} with --url or in KV_URL.");
    }

    private static ClusterId? Cluster(string? text)
    {
        if (text is null) return null;
        return SignatureBase.TryParseClusterName(text, out var cluster)
            ? cluster
            : throw Failure.Usage($"'{text}' is not the id of a cluster.", "GET /v1/cluster shows it as 'cluster'; or leave --cluster and KV_CLUSTER out.");
    }
}
