using System.CommandLine;
using System.Security.Cryptography;
using KvStore.Api;
using KvStore.Cli.Bench.Reports;
using KvStore.Cli.Bench.Targets;
using KvStore.Cli.Keys;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Cli.Bench;

/// <summary>The options that say what is measured.</summary>
internal sealed class BenchTargets
{
    private readonly Option<string?> _url = new("--url")
    {
        Description = "A gateway that runs already, or several with ',' between them to spread the clients over. Without it, one is brought up in this process, whatever KV_URL says.",
        HelpName = "URL",
    };

    private readonly Option<string?> _etcd = new("--etcd")
    {
        Description = "For comparison: members of an etcd cluster with ',' between them, through their JSON gateways. Puts and gets only.",
        HelpName = "URL",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Sign with the key in this file, which 'kv key new' makes; default: the environment's KV_KEY, or a new key that nobody keeps.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _ownKeys = new("--own-keys") { Description = "Each client signs with a new key of its own, as different users would." };

    private readonly Option<bool> _unsigned = new("--unsigned") { Description = "Send requests without signatures, which only a gateway for development takes." };

    private readonly Option<bool> _driver = new("--driver") { Description = "Below HTTP: a cluster in this process, with individually signed requests." };

    private readonly Option<int?> _shards = new("--shards") { Description = "Shards of what is brought up; default: 1.", HelpName = "S" };

    private readonly Option<int?> _replicas = new("--replicas") { Description = "Replicas of each shard; default: 4.", HelpName = "N" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all = [_url, _etcd, _key, _ownKeys, _unsigned, _driver, _shards, _replicas];
        foreach (var option in all) command.Options.Add(option);
    }

    /// <summary>Whether it is below HTTP.</summary>
    public bool IsDriver(ParseResult parsed) => parsed.GetValue(_driver);

    /// <summary>Brings up or finds what is to be measured.</summary>
    /// <exception cref="Failure">The options make no sense together.</exception>
    public async Task<(IBenchTarget Target, TargetReport Report)> StartAsync(ParseResult parsed, BenchSettings settings, Terminal terminal, CancellationToken cancel)
    {
        var (url, etcd, isDriver) = (parsed.GetValue(_url), parsed.GetValue(_etcd), IsDriver(parsed));
        var (shards, replicas) = (parsed.GetValue(_shards), parsed.GetValue(_replicas));
        if ((url ?? etcd) is not null && (isDriver || shards is not null || replicas is not null))
            throw Failure.Usage("--url and --etcd name what runs already.", "Leave them out to bring a gateway up with --driver, --shards or --replicas.");
        if (isDriver && (parsed.GetValue(_unsigned) || parsed.GetValue(_ownKeys) || parsed.GetValue(_key) is not null))
            throw Failure.Usage("Below HTTP each client signs with a key of its own.", "Leave --driver out, or --unsigned, --own-keys and --key.");
        if (parsed.GetValue(_ownKeys) && (parsed.GetValue(_unsigned) || parsed.GetValue(_key) is not null))
            throw Failure.Usage("--own-keys says which keys sign.", "Leave --unsigned and --key out.");
        if (etcd is not null) return StartEtcd(parsed, settings, etcd);
        var (groups, members) = (InRange("--shards", shards ?? 1, ApiOptions.ShardsMax), InRange("--replicas", replicas ?? 4, GroupConfig.ReplicasMax));
        if (isDriver)
        {
            var cluster = InProcessCluster.Start(new InProcessOptions { Shards = groups, Replicas = members }, NullLoggerFactory.Instance);
            return Described(new DriverTarget(cluster, settings.Consistency), isSigned: true, groups, members);
        }

        IReadOnlyList<Ed25519PrivateKey> keys = parsed.GetValue(_unsigned) ? [] : KeysOf(parsed, settings, terminal);
        if (url is not null) return Described(new HttpTarget(AddressesOf(url), keys, settings, host: null), keys.Count > 0, null, null);
        var options = new ApiOptions { Urls = "http://127.0.0.1:0", Shards = groups, Replicas = members, LogLevel = LogLevel.Error, LogToStandardError = true };
        var host = await ApiHost.StartAsync(options, cancel);
        return Described(new HttpTarget([host.Address], keys, settings, host), keys.Count > 0, groups, members);
    }

    private static (IBenchTarget Target, TargetReport Report) Described(IBenchTarget target, bool isSigned, int? shards, int? replicas) =>
        (target, new TargetReport(target.Name, isSigned, InThisProcess: shards is not null, shards, replicas));

    private (IBenchTarget Target, TargetReport Report) StartEtcd(ParseResult parsed, BenchSettings settings, string etcd)
    {
        if (parsed.GetValue(_url) is not null || parsed.GetValue(_key) is not null || parsed.GetValue(_ownKeys) || parsed.GetValue(_unsigned))
            throw Failure.Usage("etcd takes no signatures, and runs beside no gateway of ours.", "Leave --url, --key, --own-keys and --unsigned out.");
        if (!EtcdTarget.Knows(settings.Workload)) throw Failure.Usage("etcd has no such operations.", "Take the workload put, get, a, b, c, d or f.");
        var target = new EtcdTarget(AddressesOf(etcd), settings);
        return (target, new TargetReport(target.Name, Signed: false, InThisProcess: false, null, null, IsEtcd: true));
    }

    private static List<Uri> AddressesOf(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(AddressOf)];

    private static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw Failure.Usage($"'{text}' is not the address of a gateway.", $"Give one like {ApiOptions.DefaultUrls} here.");

    private static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most ? value : throw Failure.Usage($"{option} takes a number from 1 to {most}.", "Leave it out for the default.");

    private List<Ed25519PrivateKey> KeysOf(ParseResult parsed, BenchSettings settings, Terminal terminal)
    {
        if (parsed.GetValue(_ownKeys)) return [.. Enumerable.Range(0, settings.Clients).Select(_ => NewKey())];
        var file = parsed.GetValue(_key) ?? terminal.Environment("KV_KEY");
        return [string.IsNullOrEmpty(file) ? NewKey() : ClientKey.Open(file, terminal.Error)];
    }

    private static Ed25519PrivateKey NewKey()
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        RandomNumberGenerator.Fill(seed);
        return new Ed25519PrivateKey(seed);
    }
}
