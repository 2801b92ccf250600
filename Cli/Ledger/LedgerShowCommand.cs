using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KvStore.Cli.Nodes;
using KvStore.Cli.Output;
using KvStore.Cli.Snapshots;
using KvStore.Replication.Auditing;

namespace KvStore.Cli.Ledger;

/// <summary><c>kv ledger show</c>: one executed batch with its proof.</summary>
internal static class LedgerShowCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var shard = SnapshotCommand.ShardOption("Which shard; not needed where there is one only.");
        var position = new Option<ulong>("--position") { Description = "Which batch: 1 is the first.", HelpName = "N", Required = true };
        var genesis = LedgerCommand.GenesisOption();
        var output = CommonOptions.OutputOf("table", "How to print it: table or json.", "table", "json");
        var command = new Command(
            "show",
            "Prints a batch: its requests' digests, who signed that it was committed there, and its path to the root over all batches. All of that is checked; ends with 6 when something does not hold.")
        {
            directory, shard, position, genesis, output,
        };
        command.Example("kv ledger show --dir pool/node0 --position 1", "kv ledger show --dir pool/node0 --shard 1 --position 7 -o json");
        command.SetAction(async (parsed, _) =>
        {
            var number = parsed.GetValue(position);
            if (number == 0) throw Failure.Usage("There is no batch at position 0: that is the genesis.", "1 is the first.");
            var shards = LedgerCommand.ShardsOf(parsed, directory, genesis, shard, terminal);
            if (shards.Count > 1) throw Failure.Usage($"There are {shards.Count} shards, and a position is one of each.", "Name one with --shard.");
            var proven = LedgerCommand.With(parsed, directory, genesis, shards[0], terminal, audit => audit.Prove(number));
            await terminal.WriteTextAsync(parsed.GetValue(output) == "json" ? Json(proven) : Text(proven));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(ProvenBatch proven)
    {
        var (entry, vote) = (proven.Entry, proven.Entry.Certificate.Vote);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"position      {entry.Sequence}\n");
        text.Append($"time          {TimeOf(entry.Time.UnixMilliseconds)}\n");
        text.Append($"batch         {entry.Batch.Digest}\n");
        text.Append(CultureInfo.InvariantCulture, $"committed     in view {vote.View.Number}, by {SignersOf(entry.Certificate.Signatures.Select(part => part.Signer.Index))}\n");
        text.Append(CultureInfo.InvariantCulture, $"requests      {entry.Batch.Requests.Length}\n");
        foreach (var request in entry.Batch.Requests) text.Append($"              {request}\n");
        text.Append($"results root  {entry.ResultsRoot}\n");
        text.Append($"leaf          {proven.Leaf}\n");
        foreach (var hash in proven.Path) text.Append($"path          {hash}\n");
        text.Append($"ledger root   {proven.Root}\n");
        var root = proven.Checkpoint is { } checkpoint
            ? $"certified     at position {proven.Size}, by {SignersOf(checkpoint.Signatures.Select(part => part.Signer.Index))}\n"
            : $"certified     not yet: the root is that of position {proven.Size} by this ledger's own word, and no checkpoint here is so late\n";
        return text.Append(root).ToString();
    }

    private static string Json(ProvenBatch proven)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            var entry = proven.Entry;
            json.WriteStartObject();
            json.WriteNumber("position", entry.Sequence.Number);
            json.WriteString("time", TimeOf(entry.Time.UnixMilliseconds));
            json.WriteString("batch", entry.Batch.Digest.ToString());
            json.WriteNumber("view", entry.Certificate.Vote.View.Number);
            Numbers(json, "signers", entry.Certificate.Signatures.Select(part => part.Signer.Index));
            Texts(json, "requests", entry.Batch.Requests.Select(request => request.ToString()));
            json.WriteString("resultsRoot", entry.ResultsRoot.ToString());
            json.WriteString("leaf", proven.Leaf.ToString());
            Texts(json, "path", proven.Path.Select(hash => hash.ToString()));
            json.WriteNumber("size", proven.Size);
            json.WriteString("ledgerRoot", proven.Root.ToString());
            Numbers(json, "certifiedBy", proven.Checkpoint?.Signatures.Select(part => part.Signer.Index) ?? []);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<ushort> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string SignersOf(IEnumerable<ushort> signers) => string.Join(", ", signers.Select(signer => $"replica {signer}"));

    private static string TimeOf(ulong milliseconds) => Times.Of(DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds));
}
