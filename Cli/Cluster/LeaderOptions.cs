using System.CommandLine;

namespace KvStore.Cli.Cluster;

/// <summary>Who leads a cluster's views, as a command's option.</summary>
internal static class LeaderOptions
{
    private const string RoundRobin = "round-robin";
    private const string Monitored = "monitored-round-robin";

    /// <summary>The policies that there are.</summary>
    public static Option<string> Policy()
    {
        var option = new Option<string>("--leader-policy")
        {
            Description = "Who leads: the nodes in turn, and one that delivers too little is voted out by the others, or is not. Where messages between nodes take over 80 ms, only the latter.",
            HelpName = $"{Monitored}|{RoundRobin}",
            DefaultValueFactory = _ => Monitored,
        };
        option.AcceptOnlyFromAmong(Monitored, RoundRobin);
        return option;
    }

    /// <summary>Whether the primary is monitored.</summary>
    public static bool IsMonitored(string? policy) => policy == Monitored;
}
