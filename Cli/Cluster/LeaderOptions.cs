using System.CommandLine;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary>Who leads a cluster's views, as a command's option.</summary>
internal static class LeaderOptions
{
    /// <summary>The policies that there are.</summary>
    public static Option<string> Policy()
    {
        var option = new Option<string>("--leader-policy")
        {
            Description = "Who leads: the nodes in turn, and one that delivers too little is voted out by the others, or is not. Where messages between nodes take over 80 ms, only the latter.",
            HelpName = $"{LeaderPolicyNames.MonitoredRoundRobin}|{LeaderPolicyNames.RoundRobin}",
            DefaultValueFactory = _ => LeaderPolicyNames.MonitoredRoundRobin,
        };
        option.AcceptOnlyFromAmong(LeaderPolicyNames.MonitoredRoundRobin, LeaderPolicyNames.RoundRobin);
        return option;
    }

    /// <summary>Whether the primary is monitored.</summary>
    public static bool IsMonitored(string? policy) => policy == LeaderPolicyNames.MonitoredRoundRobin;
}
