using System.Text.RegularExpressions;
using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Api.Tests;

/// <summary>
/// Clients that are not written in this project: the npm package http-message-sig with WebCrypto, and openssl with curl as docs/http-signatures.md has it.
/// Where the tools are missing these tests are skipped; .ci/run installs them.
/// </summary>
public sealed class InteropTests
{
    [Fact]
    public async Task A_client_with_http_message_sig_is_understood_and_nothing_forged_is()
    {
        var folder = ForeignProgram.Scripts;
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) Assert.Skip("Run 'npm ci' in tests/Api.Tests/interop first.");
        await using var cluster = await SharedCluster.Start(gateways: 2);
        var output = await ForeignProgram.Run("node", folder, new() { ["KV_URLS"] = $"{cluster[0].Address} {cluster[1].Address}" }, "check.mjs");

        // Each line is one thing that was tried, so a script that does nothing does not pass.
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
        Assert.True(lines.Length >= 20, output);
        Assert.Equal("line;", await cluster[1].Get("/v1/kv/interop/log").Body());
    }

    // docs/accountability.md. The replica commits to two batches at one position; who checks it has the genesis, and 60 lines that are not of this project's libraries.
    [Fact]
    public async Task Evidence_is_verified_in_another_language_and_every_altered_copy_refused()
    {
        var folder = Directory.CreateTempSubdirectory("kv-evidence");
        try
        {
            var keys = Enumerable.Range(0, 4).Select(node => new Ed25519PrivateKey([.. Enumerable.Repeat((byte)node, Ed25519PrivateKey.SeedLength)])).ToList();
            var members = keys.Select((key, node) => new Member($"n{node}", key.PublicKey, $"10.0.0.{node}:1", $"http://10.0.0.{node}:2"));
            var document = GenesisDocument.Create("interop", [.. members], 2, ClientPolicy.Any);
            var (genesis, evidence) = (Path.Combine(folder.FullName, "genesis.json"), Path.Combine(folder.FullName, "evidence.json"));
            document.Write(genesis, overwrite: false);
            var context = new StatementContext(document.Genesis.Cluster, new GroupId(1), new Epoch(0));
            var keeper = new EvidenceKeeper(context, document.Genesis.Groups[1].Members);
            keeper.Add(Vote(context, keys[2], 1), Vote(context, keys[2], 2));
            await File.WriteAllBytesAsync(evidence, keeper.Records[0].ToBytes(), TestContext.Current.CancellationToken);

            var scripts = ForeignProgram.Scripts;
            Assert.StartsWith("ok proven: replica 2 of shard 1 ", await ForeignProgram.Run("node", scripts, [], "verify-evidence.mjs", genesis, evidence), StringComparison.Ordinal);
            Assert.Matches("^ok accepted as it is, and [0-9]{4,} altered copies refused", await ForeignProgram.Run("node", scripts, [], "alter-evidence.mjs", genesis, evidence));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_documents_commands_work()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(ForeignProgram.Root, "docs", "http-signatures.md"), TestContext.Current.CancellationToken);
        var script = Regex.Match(document, "```bash\n(?<script>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["script"].Value;
        Assert.NotEmpty(script);
        var folder = Directory.CreateTempSubdirectory("kv-signatures");
        try
        {
            await ForeignProgram.Run("openssl", folder.FullName, [], "version");
            await ForeignProgram.Run("curl", folder.FullName, [], "--version");
            await using var cluster = await SharedCluster.Start(gateways: 1);
            var output = await ForeignProgram.Run("bash", folder.FullName, new() { ["KV_URL"] = cluster[0].Address.GetLeftPart(UriPartial.Authority) }, "-eu", "-o", "pipefail", "-c", script);
            Assert.Contains("HTTP/1.1 201 Created", output, StringComparison.Ordinal);
            Assert.Equal("hello", await cluster[0].Get("/v1/kv/greeting").Body());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Signed<Commit> Vote(StatementContext context, Ed25519PrivateKey key, byte batch)
    {
        var commit = new Commit(new View(0), new SequenceNumber(7), Digest.Of([batch]));
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context, commit);
        return new Signed<Commit>(commit, new ReplicaId(2), key.Sign(writer.Written));
    }
}
