using System.CommandLine;
using KvStore.Cli.Nodes;
using KvStore.Cli.Snapshots;
using KvStore.Replication.Auditing;

namespace KvStore.Cli.Ledger;

/// <summary><c>kv ledger verify</c>: whether all of a node's ledger holds.</summary>
internal static class LedgerVerifyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var shard = SnapshotCommand.ShardOption("Which shard; without it all.");
        var genesis = LedgerCommand.GenesisOption();
        var command = new Command(
            "verify",
            "Reads all of it: the entries' checksums, the certificates, the tree that the batches make and the checkpoint's root of it, and the indices. Ends with 6 when anything does not hold, and says in which file and where.")
        {
            directory, shard, genesis,
        };
        command.Example("kv ledger verify --dir pool/node0");
        command.SetAction(async (parsed, _) =>
        {
            foreach (var group in LedgerCommand.ShardsOf(parsed, directory, genesis, shard, terminal))
            {
                var report = LedgerCommand.With(parsed, directory, genesis, group, terminal, static audit => audit.Verify());
                await terminal.WriteLineAsync($"shard {group.Number}: {Text(report)}");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(LedgerReport report)
    {
        var runs = report.Runs.IsEmpty ? "no entries" : $"positions {string.Join(", ", report.Runs.Select(run => $"{run.First} to {run.Last}"))}";
        var checkpoint = report.Checkpoint is { } certified ? $"certified up to {certified.Vote.Sequence}" : "no checkpoint yet";
        var torn = report.TornBytes > 0 ? $"; {report.TornBytes} bytes behind the last entry are being written, or torn" : "";
        // Commit certificates prove batches; times and results are proven by the certified root of the tree, which reaches back to a gap and no further.
        var gaps = report.Runs.Length > 1 ? "; what is missing between was fetched as a state, or lost, and times and results before it are this disk's word" : "";
        var files = report.Files == 1 ? "one file" : $"{report.Files} files";
        return $"{runs}, in {files}, {checkpoint}: all of it holds{gaps}{torn}";
    }
}
