using System.Collections.Immutable;
using System.CommandLine;
using KvStore.Protocol;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster init</c>: one genesis of all enrolments.</summary>
internal static class InitCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var from = new Option<string[]>("--from") { Description = "A member's enrolment; once for each. Their order is that of the replicas.", HelpName = "FILE", Required = true };
        var shards = new Option<int>("--shards") { Description = "How many shards there are; every node has a replica of each.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var name = new Option<string>("--name")
        {
            Description = "How the cluster's name begins; random digits are added, because no two clusters of the same members may have one name.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "kv",
        };
        var clients = ClientsOptions.Policy();
        var listed = ClientsOptions.Listed();
        var leaders = LeaderOptions.Policy();
        var start = new StartOptions();
        var output = ClusterCommand.OutputFile("genesis.json");
        var force = ClusterCommand.Force();
        var command = new Command("init", "Puts enrolments together to a genesis, which every member must then sign. Checks that each has its key, and that none share a name, a key or an address.")
        {
            from, shards, name, clients, listed, leaders, start.Snapshots, start.Genesis, output, force,
        };
        command.Example("kv cluster init --from alpha.json --from beta.json --from gamma.json --from delta.json --clients any -o genesis.json");
        command.SetAction(async (parsed, _) =>
        {
            ImmutableArray<Member> members = [.. parsed.GetValue(from)!.Select(path => Enrolment.Read(path).Member)];
            var policy = ClientsOptions.PolicyOf(parsed.GetValue(clients), parsed.GetValue(listed) ?? []);
            var snapshots = start.Read(parsed);
            var document = GenesisDocument.Create(
                ClusterGenerator.NewName(parsed.GetValue(name)!),
                members,
                StartOptions.ShardsOf(parsed, shards, snapshots),
                policy,
                LeaderOptions.IsMonitored(parsed.GetValue(leaders)),
                snapshots.Count == 0 ? null : NewCluster.Start(snapshots, policy));
            var path = parsed.GetValue(output)!;
            document.Write(path, parsed.GetValue(force));
            await terminal.WriteLineAsync(SignatureBase.ClusterName(document.Genesis.Cluster));
            await terminal.Error.WriteAsync(GenesisText.Of(document));
            await terminal.Error.WriteLineAsync($"Written to {path}. Every member must sign it: kv cluster sign --key FILE {path}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
