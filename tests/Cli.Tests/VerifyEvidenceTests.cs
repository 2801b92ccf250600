using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Cli.Tests;

/// <summary><c>kv verify evidence</c>: offline, and only with what the genesis says.</summary>
public sealed class VerifyEvidenceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kv-verify-").FullName;

    private string Evidence => Path.Combine(_directory, "evidence.jsonl");

    private string Genesis => Path.Combine(_directory, "genesis.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Records_that_prove_something_are_told_and_one_altered_line_is_named()
    {
        var record = Prepare();
        await File.WriteAllBytesAsync(Evidence, [.. record, .. record], TestContext.Current.CancellationToken);
        var good = await Kv.RunWith(new Surroundings(), "verify", "evidence", Evidence, "-g", Genesis);
        Assert.True(good.ExitCode == 0, good.Error);
        Assert.Equal(2, good.Lines.Length);
        Assert.Contains("replica 2 of shard 1 signed two different Commit statements", good.Lines[0], StringComparison.Ordinal);

        var altered = (byte[])record.Clone();
        altered[^20] ^= 1;
        await File.WriteAllBytesAsync(Evidence, [.. record, .. altered], TestContext.Current.CancellationToken);
        var bad = await Kv.RunWith(new Surroundings(), "verify", "evidence", Evidence, "-g", Genesis);
        Assert.Equal(6, bad.ExitCode);
        Assert.Contains("Line 2", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_proves_nothing_and_a_missing_one_is_said()
    {
        Prepare();
        await File.WriteAllBytesAsync(Evidence, [], TestContext.Current.CancellationToken);
        Assert.Equal(6, (await Kv.RunWith(new Surroundings(), "verify", "evidence", Evidence, "-g", Genesis)).ExitCode);
        Assert.Equal(1, (await Kv.RunWith(new Surroundings(), "verify", "evidence", Evidence + "x", "-g", Genesis)).ExitCode);
    }

    // Replica 2 of shard 1 commits to two batches at one position.
    private byte[] Prepare()
    {
        var keys = Enumerable.Range(0, 4).Select(node => new Ed25519PrivateKey([.. Enumerable.Repeat((byte)node, 32)])).ToList();
        var document = GenesisDocument.Create("verify", [.. keys.Select((key, node) => new Member($"n{node}", key.PublicKey, $"10.0.0.{node}:1", $"http://10.0.0.{node}:2"))], 2, ClientPolicy.Any);
        keys.Aggregate(document, static (each, key) => each.Sign(key)).Write(Genesis, overwrite: true);
        var context = new StatementContext(document.Genesis.Cluster, new GroupId(1), new Epoch(0));
        return EvidenceRecord.Of(context, keys[2].PublicKey, Vote(1), Vote(2)).ToBytes();

        Signed<Commit> Vote(byte batch)
        {
            var commit = new Commit(new View(0), new SequenceNumber(7), Digest.Of([batch]));
            var writer = new CanonicalWriter();
            StatementCodec.EncodeSignedBytes(writer, context, commit);
            return new Signed<Commit>(commit, new ReplicaId(2), keys[2].Sign(writer.Written));
        }
    }
}
