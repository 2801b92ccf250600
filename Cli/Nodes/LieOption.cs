using System.CommandLine;
using System.Globalization;
using KvStore.Replication.Faults;
using KvStore.Simulator;

namespace KvStore.Cli.Nodes;

/// <summary><c>--lie</c>: what a node does wrong by design. For development only.</summary>
internal static class LieOption
{
    /// <summary>The environment's way to say it. No setting of a node: no configuration file can make one lie.</summary>
    public const string Variable = "KV_LIE";

    /// <summary>For one node.</summary>
    public static Option<string?> OfNode() => new("--lie")
    {
        Description = $"Development only: lie to the other nodes, in one or more of these ways: {string.Join(", ", NamedLies.All)}. Default: {Variable}, none.",
        HelpName = "NAME,…",
    };

    /// <summary>When a node begins.</summary>
    public static Option<string?> AfterOption() => new("--lie-after") { Description = "With --lie: tell the truth for so long first, for example 30s.", HelpName = "TIME" };

    /// <summary>For any nodes of a cluster in this process.</summary>
    public static Option<string[]> OfCluster() => new("--lie")
    {
        Description = "Let a node lie to the others, as 'kv node start --lie' does; may be given once a node, for example 3=equivocate.",
        HelpName = "NODE=NAME,…",
    };

    /// <summary>What the names mean; null where there are none.</summary>
    public static FaultsByDesign? Read(string? names) =>
        string.IsNullOrEmpty(names) ? null
        : NamedLies.TryRead(names, out var faults, out var unknown) ? faults
        : throw Failure.Usage($"'{unknown}' is no way to lie.", $"There are {string.Join(", ", NamedLies.All)}.");

    /// <summary>What each of them means, by node.</summary>
    public static IReadOnlyDictionary<int, FaultsByDesign> Read(IEnumerable<string> given)
    {
        var faults = new SortedDictionary<int, FaultsByDesign>();
        foreach (var each in given)
        {
            var equals = each.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !int.TryParse(each.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out var node) || Read(each[(equals + 1)..]) is not { } names)
                throw Failure.Usage($"--lie takes NODE=NAME,…, and '{each}' is none.", "Give one like 3=equivocate.");
            if (!faults.TryAdd(node, names)) throw Failure.Usage($"--lie names node {node} twice.", "Give all that it lies about at once, with ',' between.");
        }

        return faults;
    }
}
