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
        var newCluster = new Option<bool>("--new-cluster") { Description = "Begin a new cluster with the snapshot's keys. Not possible yet: the message says what is." };
        var command = new Command(
            "restore",
            "Makes a snapshot the disk of one node, for one that lost it: it then fetches only what came later. As what it said before is forgotten, it votes for nothing before it can "
            + "contradict nothing, and counts among the nodes that may fail until then. One node at a time.")
        {
            file, genesis, directory, newCluster,
        };
        command.Example("kv snapshot restore backup.kvs --dir pool/node0", "kv node start --dir pool/node0");
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(newCluster)) throw NoNewCluster();
            if (parsed.GetValue(directory) is not { } node) throw Failure.Usage("--dir is missing: whose disk is it to be?", "'kv node init --rejoin' makes a node's directory.");
            using var setup = NodeSetup.Read(SnapshotCommand.ConfigOf(parsed, directory, terminal));
            var known = parsed.GetValue(genesis) is { } path ? SnapshotCommand.GenesisOf(path) : setup.Document.Genesis;
            var snapshot = SnapshotCommand.Read(parsed.GetValue(file)!, known, shard: null);
            RestoredDisk.Write(setup, snapshot);
            await terminal.Error.WriteLineAsync(
                $"Restored shard {snapshot.Group.Id.Number} of {setup.Member.Name} at position {snapshot.State.Sequence}. Start it with 'kv node start --dir {node}', and no other node this way before 'kv status' shows it running.");
            return ExitCodes.Ok;
        });
        return command;
    }

    // The cluster's id is the digest of its genesis, and that has no place for a state: without one in it, a quorum could begin with any.
    private static Failure NoNewCluster() => new(
        ExitCodes.Error,
        "A new cluster can't begin with a snapshot's state yet: a genesis has no state root, so that nothing would say which state its members agreed on.",
        "While a quorum of the old cluster's nodes have their data, restore the others with --dir. docs/operations.md, \"Back up and restore\", says what is left when they have not.");
}
