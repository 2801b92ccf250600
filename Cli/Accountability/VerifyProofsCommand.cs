using System.CommandLine;
using System.Globalization;
using KvStore.Cli.Snapshots;
using KvStore.Replication.Accountability;

namespace KvStore.Cli.Accountability;

/// <summary><c>kv verify</c>: checks, without asking anybody, what a cluster gave away as proof.</summary>
internal static class VerifyProofsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new("verify", "Checks proofs against a genesis, and asks no node.") { Evidence(terminal) };

    private static Command Evidence(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Records of the format kv-evidence-1, one a line." };
        var genesis = new Option<string>("--genesis", "-g") { Description = "The genesis document.", HelpName = "FILE", DefaultValueFactory = _ => "genesis.json" };
        var command = new Command("evidence", "Checks records of contradictions: each proves that its replica signed what no correct one signs. Ends with 6 when one proves nothing.") { file, genesis };
        command.Example("kv verify evidence n1/evidence/shard-0-replica-2-0.json -g genesis.json", "curl -s http://127.0.0.1:8080/v1/evidence | jq -c '.evidence[]' > evidence.jsonl && kv verify evidence evidence.jsonl");
        command.SetAction(async parsed =>
        {
            var known = SnapshotCommand.GenesisOf(parsed.GetValue(genesis)!);
            var path = parsed.GetValue(file)!;
            var content = await ReadAsync(path);
            var lines = 0;
            for (var start = 0; start < content.Length; lines++)
            {
                var length = content.AsSpan(start).IndexOf((byte)'\n') + 1;
                if (length == 0) length = content.Length - start;
                var line = content.AsMemory(start, length);
                var record = SnapshotCommand.Proven(() => EvidenceRecord.Verify(line.Span, known, $"Line {lines + 1} of '{path}'"));
                await terminal.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"proven: replica {record.Replica} of shard {record.Shard} signed two different {record.Later.Kind} statements (key {record.Member})"));
                start += length;
            }

            return lines > 0 ? ExitCodes.Ok : throw new Failure(ExitCodes.VerificationFailed, $"The file '{path}' is empty.", "It proves nothing.");
        });
        return command;
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        try
        {
            return await File.ReadAllBytesAsync(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{path}' can't be read: {exception.Message}", "Name another.");
        }
    }
}
