using System.Collections.Immutable;
using System.Globalization;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using Microsoft.Extensions.Configuration;

namespace KvStore.Api;

/// <summary>How the gateway of a memory-only cluster is to run.</summary>
public sealed record ApiOptions
{
    /// <summary>Where it serves unless told otherwise: this machine only.</summary>
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary>The most shards that one process can hold: each replica of each takes a thread.</summary>
    public const int ShardsMax = 64;

    private const string RequireSigned = "--require-signed";

    private static readonly string[] _known = ["urls", "shards", "replicas"];

    /// <summary>Where it serves: addresses with ';' between them; port 0 takes any that is free.</summary>
    public string Urls { get; init; } = DefaultUrls;

    /// <summary>How many shards there are, each with a group of replicas of its own.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>How many replicas each group has.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>How long an ordered request may wait for its answer; null for the cluster's own default.</summary>
    public TimeSpan? AnswerTimeout { get; init; }

    /// <summary>How many requests may wait for keys of one shard to change; null for the cluster's own default.</summary>
    public int? KeyWaitersMax { get; init; }

    /// <summary>What a shard's state may hold; null for the cluster's own default.</summary>
    public StateLimits? Limits { get; init; }

    /// <summary>Bounds and time-outs of the ordering; null for the cluster's own default.</summary>
    public ConsensusConfig? Consensus { get; init; }

    /// <summary>Nodes that do something wrong by design, by the index of their replicas.</summary>
    public IReadOnlyDictionary<int, FaultsByDesign> Faults { get; init; } = ImmutableDictionary<int, FaultsByDesign>.Empty;

    /// <summary>Whether the gateway signs, with a key of its own, what its clients did not sign.</summary>
    public bool AllowUnsigned { get; init; } = true;

    /// <summary>The node that the gateway asks first; of several gateways in one process each may have its own.</summary>
    public int FirstNode { get; init; }

    /// <summary>Whether the log goes to the standard error, because the standard output is for data.</summary>
    public bool LogToStandardError { get; init; }

    /// <summary>Whether the log is lines of JSON, for programs.</summary>
    public bool LogsJson { get; init; }

    /// <summary>From which level on there is a log; tests have none but the bad news.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>
    /// Reads <c>--urls</c>, <c>--shards</c>, <c>--replicas</c> and <c>--require-signed</c>; without the first, the environment's <c>KV_URLS</c> and then
    /// <c>ASPNETCORE_URLS</c> say where to serve.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">Looks up a variable of the environment.</param>
    /// <param name="options">What was read.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryRead(string[] args, Func<string, string?> environment, out ApiOptions options)
    {
        var requiresSigned = args.Contains(RequireSigned, StringComparer.Ordinal);
        options = new ApiOptions { AllowUnsigned = !requiresSigned };
        IConfiguration line;
        try
        {
            line = new ConfigurationBuilder().AddCommandLine([.. args.Where(arg => !string.Equals(arg, RequireSigned, StringComparison.Ordinal))]).Build();
        }
        catch (FormatException exception)
        {
            return exception.Message; // The configuration's only way to say that an option has no value.
        }

        var unknown = line.AsEnumerable().FirstOrDefault(option => !IsKnown(option.Key)).Key;
        if (unknown is not null) return $"'--{unknown}' is no option. There are --urls URL, --shards S, --replicas N and --require-signed.";
        options = options with { Urls = line["urls"] ?? NonEmpty(environment("KV_URLS")) ?? NonEmpty(environment("ASPNETCORE_URLS")) ?? DefaultUrls };
        if (!TryCount(line["replicas"], GroupConfig.ReplicasMax, options.Replicas, out var replicas))
            return $"--replicas takes a number from 1 to {GroupConfig.ReplicasMax}; 4 is the least that bears a fault.";
        if (!TryCount(line["shards"], ShardsMax, options.Shards, out var shards)) return $"--shards takes a number from 1 to {ShardsMax}.";
        options = options with { Shards = shards, Replicas = replicas };
        return null;
    }

    private static bool TryCount(string? text, int max, int otherwise, out int count)
    {
        count = otherwise;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= max);
    }

    private static bool IsKnown(string name) => _known.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
