using System.CommandLine;
using KvStore.Cli.Bench.Reports;
using KvStore.Cli.Bench.Targets;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Cli.Bench;

/// <summary>The options that say what is measured.</summary>
internal sealed class BenchTargets
{
    private const int ShardsMax = 64;

    private readonly Option<bool> _driver = new("--driver") { Description = "Below HTTP: a cluster in this process, with individually signed requests." };

    private readonly Option<int> _shards = new("--shards") { Description = "Shards of what is brought up.", HelpName = "S", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _replicas = new("--replicas") { Description = "Replicas of each shard.", HelpName = "N", DefaultValueFactory = _ => 4 };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all = [_driver, _shards, _replicas];
        foreach (var option in all) command.Options.Add(option);
    }

    /// <summary>Whether it is below HTTP.</summary>
    public bool IsDriver(ParseResult parsed) => parsed.GetValue(_driver);

    /// <summary>Brings up or finds what is to be measured.</summary>
    /// <exception cref="Failure">The options make no sense together.</exception>
    public async Task<(IBenchTarget Target, TargetReport Report)> StartAsync(ParseResult parsed, BenchSettings settings, CancellationToken cancel)
    {
        var shards = InRange("--shards", parsed.GetValue(_shards), ShardsMax);
        var replicas = InRange("--replicas", parsed.GetValue(_replicas), GroupConfig.ReplicasMax);
        var cluster = InProcessCluster.Start(new InProcessOptions { Shards = shards, Replicas = replicas }, NullLoggerFactory.Instance);
        var target = new DriverTarget(cluster, settings.Consistency);
        return (target, new TargetReport(target.Name, InThisProcess: true, shards, replicas));
    }

    private static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most ? value : throw Failure.Usage($"{option} takes a number from 1 to {most}.", "Leave it out for the default.");
}
