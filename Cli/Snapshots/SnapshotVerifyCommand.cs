using System.CommandLine;
using System.Text.Json;
using KvStore.Cli.Output;
using KvStore.Protocol;
using KvStore.Replication.Backup;

namespace KvStore.Cli.Snapshots;

/// <summary><c>kv snapshot verify</c>: whether a file is what a quorum certified.</summary>
internal static class SnapshotVerifyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = SnapshotCommand.FileArgument();
        var genesis = new Option<string>("--genesis") { Description = "The genesis of the cluster, signed by all members. It alone is believed.", HelpName = "FILE", Required = true };
        var shard = SnapshotCommand.ShardOption("Which shard it must be of; without it any.");
        var output = CommonOptions.OutputOf("table", "How to print it: table or json.", "table", "json");
        var command = new Command(
            "verify",
            "Checks a snapshot without any node: the genesis's signatures, the checkpoint's, and every chunk against the state root that they certify. Ends with 6 when anything does not hold.")
        {
            file, genesis, shard, output,
        };
        command.Example("kv snapshot verify backup.kvs --genesis genesis.json", "kv snapshot verify backup.kvs --genesis genesis.json --shard 1 -o json");
        command.SetAction(async (parsed, _) =>
        {
            var known = SnapshotCommand.GenesisOf(parsed.GetValue(genesis)!);
            var snapshot = SnapshotCommand.Read(parsed.GetValue(file)!, known, SnapshotCommand.ShardOf(parsed.GetValue(shard), known));
            await terminal.WriteTextAsync(parsed.GetValue(output) == "json" ? Json(snapshot) : Text(snapshot));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(CertifiedSnapshot snapshot) =>
        $"""
        cluster     {snapshot.Genesis.Name}
        id          {SignatureBase.ClusterName(snapshot.Genesis.Cluster)}
        shard       {snapshot.Group.Id.Number}
        position    {snapshot.State.Sequence}
        time        {TimeOf(snapshot)}
        state root  {snapshot.Certificate.Vote.StateRoot}
        signed by   {string.Join(", ", snapshot.Certificate.Signatures.Select(part => $"replica {part.Signer.Index}"))}
        keys        {snapshot.State.View.KeyCount}
        bytes       {snapshot.Bytes}

        """;

    private static string Json(CertifiedSnapshot snapshot)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("name", snapshot.Genesis.Name);
            json.WriteString("cluster", SignatureBase.ClusterName(snapshot.Genesis.Cluster));
            json.WriteNumber("shard", snapshot.Group.Id.Number);
            json.WriteNumber("position", snapshot.State.Sequence.Number);
            json.WriteString("time", TimeOf(snapshot));
            json.WriteString("stateRoot", snapshot.Certificate.Vote.StateRoot.ToString());
            json.WriteStartArray("signers");
            foreach (var part in snapshot.Certificate.Signatures) json.WriteNumberValue(part.Signer.Index);
            json.WriteEndArray();
            json.WriteNumber("keys", snapshot.State.View.KeyCount);
            json.WriteNumber("bytes", snapshot.Bytes);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    // The batches' time, not the file's: it is certified, and says how old the state is.
    private static string TimeOf(CertifiedSnapshot snapshot) => Times.Of(DateTimeOffset.FromUnixTimeMilliseconds((long)snapshot.State.Time.UnixMilliseconds));
}
