using System.CommandLine;
using KvStore.Cli.Cluster;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Nodes;

/// <summary><c>kv node init</c>: the directory of a new node.</summary>
internal static class NodeInitCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var key = ClusterCommand.KeyOption();
        var genesis = new Option<string>("--genesis") { Description = "The genesis, signed by all members.", HelpName = "FILE", Required = true };
        var rejoin = new Option<bool>("--rejoin")
        {
            Description = "For a node whose key has been in use: it fetches its state from the others, and does not vote before it can contradict nothing that it said.",
        };
        var command = new Command(
            "init",
            "Makes the directory of a node that has never run, with copies of its key and of the genesis. For a node that has run before, on a machine that was lost, say --rejoin.")
        {
            directory, key, genesis, rejoin,
        };
        command.Example("kv node init --dir node --key node.key --genesis genesis.json", "kv node start --dir node");
        command.SetAction(async (parsed, _) =>
        {
            var document = GenesisDocument.Read(parsed.GetValue(genesis)!);
            var path = parsed.GetValue(directory)!;
            NodeDirectory.Create(path, parsed.GetValue(key)!, document, isFirst: !parsed.GetValue(rejoin));
            await terminal.Error.WriteLineAsync($"Made. Look with 'kv node config --dir {path}', and start it with 'kv node start --dir {path}'.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
