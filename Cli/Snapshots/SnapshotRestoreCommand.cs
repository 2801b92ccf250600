using System.CommandLine;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Snapshots;

/// <summary><c>kv snapshot restore</c>: a backup becomes a node's disk.</summary>
internal static class SnapshotRestoreCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = SnapshotCommand.FileArgument();
        var genesis = new Option<string?>("--genesis") { Description = "The genesis of the cluster. Default: the node's.", HelpName = "FILE" };
        var directory = new Option<string>("--dir") { Description = "The directory of the node, which does not run and has no data of that shard.", HelpName = "DIR" };
        var newCluster = new Option<bool>("--new-cluster") { Description = "Make it what a node of a new cluster begins with, whose genesis was made with --snapshot. For every node, before its first start; --genesis is the old cluster's." };
        var command = new Command(
            "restore",
            "Makes a snapshot the disk of one node, for one that lost it: it then fetches only what came later. As what it said before is forgotten, it votes for nothing before it can "
            + "contradict nothing, and counts among the nodes that may fail until then. One node at a time.")
        {
            file, genesis, directory, newCluster,
        };
        command.Example("kv snapshot restore backup.kvs --dir pool/node0", "kv node start --dir pool/node0", "kv snapshot restore backup.kvs --new-cluster --genesis old.json --dir new/node0");
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(directory) is not { } node) throw Failure.Usage("--dir is missing: whose disk is it to be?", "'kv node init --rejoin' makes a node's directory.");
            using var setup = NodeSetup.Read(SnapshotCommand.ConfigOf(parsed, directory, terminal));
            if (parsed.GetValue(newCluster)) return await BeginAsync(parsed.GetValue(file)!, parsed.GetValue(genesis), setup, terminal);
            var known = parsed.GetValue(genesis) is { } path ? SnapshotCommand.GenesisOf(path) : setup.Document.Genesis;
            var snapshot = SnapshotCommand.Read(parsed.GetValue(file)!, known, shard: null);
            RestoredDisk.Write(setup, snapshot);
            await terminal.Error.WriteLineAsync(
                $"Restored shard {snapshot.Group.Id.Number} of {setup.Member.Name} at position {snapshot.State.Sequence}. Start it with 'kv node start --dir {node}', and no other node this way before 'kv status' shows it running.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> BeginAsync(string file, string? genesis, NodeSetup setup, Terminal terminal)
    {
        if (genesis is null) throw Failure.Usage("--genesis is missing: the snapshot is of another cluster than the node.", "Name the old cluster's genesis, which the snapshot is checked against.");
        var snapshot = SnapshotCommand.Read(file, SnapshotCommand.GenesisOf(genesis), shard: null);
        NewCluster.Restore(setup, snapshot);
        await terminal.Error.WriteLineAsync(
            $"{setup.Member.Name} begins shard {snapshot.Group.Id.Number} with {snapshot.State.View.KeyCount} keys of position {snapshot.State.Sequence}, as the genesis says. Do the same for every shard and node, and start them.");
        return ExitCodes.Ok;
    }
}
