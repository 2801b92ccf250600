using System.CommandLine;
using KvStore.Cli.Cluster;
using KvStore.Cli.Nodes;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Backup;

namespace KvStore.Cli.Snapshots;

/// <summary><c>kv snapshot save</c>: a backup out of a node's directory.</summary>
internal static class SnapshotSaveCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var shard = SnapshotCommand.ShardOption("Which shard; not needed where there is one only.");
        var file = new Option<string>("--file", "-f") { Description = "Where to save it.", HelpName = "FILE", Required = true };
        var force = ClusterCommand.Force();
        var command = new Command(
            "save",
            "Copies the newest snapshot of a node's shard, and checks the copy as 'kv snapshot verify' does. The node may run, or not. What was written after its last checkpoint is not in it.")
        {
            directory, shard, file, force,
        };
        command.Example("kv snapshot save --dir pool/node0 -f backup.kvs", "kv snapshot save --dir pool/node0 --shard 1 -f shard1.kvs");
        command.SetAction(async (parsed, _) =>
        {
            var config = SnapshotCommand.ConfigOf(parsed, directory, terminal);
            var genesis = SnapshotCommand.GenesisOf(config.GenesisPath);
            var asked = OnlyOrAsked(parsed.GetValue(shard), genesis);
            var snapshot = SnapshotSave.Save(config.ShardPath(asked), genesis, asked, parsed.GetValue(file)!, parsed.GetValue(force));
            await terminal.Error.WriteLineAsync(
                $"Saved shard {asked.Number} at position {snapshot.State.Sequence}, {snapshot.State.View.KeyCount} keys. Keep the genesis with it: 'kv snapshot verify' needs no more.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static GroupId OnlyOrAsked(uint? given, Genesis genesis) =>
        SnapshotCommand.ShardOf(given, genesis)
        ?? (genesis.Groups.Length == 1
            ? new GroupId(0)
            : throw Failure.Usage($"There are {genesis.Groups.Length} shards, and a snapshot is of one.", "Name it with --shard, and save each to a file of its own."));
}
