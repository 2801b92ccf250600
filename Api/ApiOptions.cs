using System.Globalization;
using KvStore.Protocol;
using Microsoft.Extensions.Configuration;

namespace KvStore.Api;

/// <summary>How the gateway of a memory-only cluster is to run.</summary>
public sealed record ApiOptions
{
    /// <summary>Where it serves unless told otherwise: this machine only.</summary>
    public const string DefaultUrls = "http://127.0.0.1:8080";

    private const string RequireSigned = "--require-signed";

    /// <summary>Where it serves: addresses with ';' between them; port 0 takes any that is free.</summary>
    public string Urls { get; init; } = DefaultUrls;

    /// <summary>How many replicas the group has.</summary>
    public int Replicas { get; init; } = 4;

    /// <summary>How long an ordered request may wait for its answer; null for the cluster's own default.</summary>
    public TimeSpan? AnswerTimeout { get; init; }

    /// <summary>What a shard's state may hold; null for the cluster's own default.</summary>
    public StateLimits? Limits { get; init; }

    /// <summary>Bounds and time-outs of the ordering; null for the cluster's own default.</summary>
    public ConsensusConfig? Consensus { get; init; }

    /// <summary>Whether the gateway signs, with a key of its own, what its clients did not sign.</summary>
    public bool AllowUnsigned { get; init; } = true;

    /// <summary>The node that the gateway asks first; of several gateways in one process each may have its own.</summary>
    public int FirstNode { get; init; }

    /// <summary>Whether the log goes to the standard error, because the standard output is for data.</summary>
    public bool LogToStandardError { get; init; }

    /// <summary>From which level on there is a log; tests have none but the bad news.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>
    /// Reads <c>--urls</c>, <c>--replicas</c> and <c>--require-signed</c>; without the first, the environment's <c>KV_URLS</c> and
    /// then <c>ASPNETCORE_URLS</c> say where to serve.
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
        if (unknown is not null) return $"'--{unknown}' is no option. There are --urls URL, --replicas N and --require-signed.";
        options = options with { Urls = line["urls"] ?? NonEmpty(environment("KV_URLS")) ?? NonEmpty(environment("ASPNETCORE_URLS")) ?? DefaultUrls };
        if (line["replicas"] is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) || replicas is < 1 or > GroupConfig.ReplicasMax)
            return $"--replicas takes a number from 1 to {GroupConfig.ReplicasMax}; 4 is the least that bears a fault.";
        options = options with { Replicas = replicas };
        return null;
    }

    private static bool IsKnown(string name) =>
        name.Equals("urls", StringComparison.OrdinalIgnoreCase) || name.Equals("replicas", StringComparison.OrdinalIgnoreCase);

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
