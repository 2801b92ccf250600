using KvStore.Protocol;
using KvStore.Replication.Auditing;
using KvStore.Replication.InProcess;
using KvStore.Replication.Setup;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Auditing;

/// <summary>What an operator reads of a replica's ledger, and what is found when something of it was changed.</summary>
public sealed class LedgerAuditTests : IDisposable
{
    private const int Writes = 21;

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-audit-").FullName;

    private string Disk => Path.Combine(_folder, "shard-0", "replica-1");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_batch_is_read_back_with_its_certificate_and_its_path_beside_the_running_replica_and_afterwards()
    {
        var genesis = await Run(running =>
        {
            using var audit = LedgerAudit.Open(Disk, running, running.Groups[0]);
            Assert.NotNull(audit.Checkpoint);
            Assert.NotNull(audit.Prove(1).Checkpoint);
        });
        using var ended = LedgerAudit.Open(Disk, genesis, genesis.Groups[0]);
        var report = ended.Verify();
        var run = Assert.Single(report.Runs);
        Assert.Equal(1UL, run.First);
        Assert.True(run.Last >= ended.Checkpoint!.Vote.Sequence.Number);
        for (var position = run.First; position <= run.Last; position++)
        {
            var proven = ended.Prove(position);
            Assert.Equal(position, proven.Entry.Sequence.Number);
            Assert.True(MerkleTree.VerifyInclusion(proven.Leaf, position - 1, proven.Size, proven.Path.AsSpan(), proven.Root));
            Assert.Equal(position <= ended.Checkpoint.Vote.Sequence.Number, proven.Checkpoint is not null);
            if (proven.Checkpoint is { } checkpoint) Assert.Equal(checkpoint.Vote.LedgerRoot, proven.Root);
        }

        Assert.Contains($"It has 1 to {run.Last}", Refused(() => ended.Prove(run.Last + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_genesis_proves_nothing()
    {
        await Run(_ => { });
        var other = Setup.SetupFolder.Signed(name: "other").Genesis;
        Assert.Contains("does not hold for this genesis", Refused(() => LedgerAudit.Open(Disk, other, other.Groups[0])), StringComparison.Ordinal);
        Assert.Contains("can't be read", Refused(() => LedgerAudit.Open(Path.Combine(_folder, "none"), other, other.Groups[0])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_that_was_changed_is_found_with_its_file_wherever_it_is()
    {
        var genesis = await Run(_ => { });
        foreach (var file in Directory.GetFiles(Disk, "ledger-*"))
        {
            var good = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            // Behind the last checkpoint an end that is bad may be one that a crash tore; the index has no such end.
            var last = file.EndsWith(".idx", StringComparison.Ordinal) ? good.Length : good.Length / 2;
            for (var at = 0; at < last; at += Math.Max(1, last / 40))
            {
                var bad = (byte[])good.Clone();
                bad[at] ^= 0x20;
                await File.WriteAllBytesAsync(file, bad, TestContext.Current.CancellationToken);
                Assert.Contains(file, Refused(() =>
                {
                    using var audit = LedgerAudit.Open(Disk, genesis, genesis.Groups[0]);
                    audit.Verify();
                }), StringComparison.Ordinal);
            }

            await File.WriteAllBytesAsync(file, good, TestContext.Current.CancellationToken);
        }
    }

    private static string Refused(Action look) => Assert.Throws<SetupException>(look).Message;

    // The position of the newest, or 0.
    private int Snapshot()
    {
        using var disk = new Storage.ReadOnlyDisk(Disk);
        return (int)Storage.SnapshotFiles.Positions(disk).DefaultIfEmpty().Max();
    }

    private async Task<Genesis> Run(Action<Genesis> look)
    {
        var cancel = TestContext.Current.CancellationToken;
        var options = new InProcessOptions { Directory = _folder, Consensus = new ConsensusConfig { CheckpointInterval = 8 } };
        await using var cluster = InProcessCluster.Start(options, NullLoggerFactory.Instance);
        using var client = new TestClient(cluster.Genesis.Cluster);
        // Snapshots are written beside the ordering: until one is there that leaves less than half of the ledger behind it.
        for (var i = 0; i < Writes || Snapshot() < 3 * i / 4; i++)
            await cluster.Groups[0].SubmitAsync(client.Sign(OperationMethod.Put, $"/v1/kv/key-{i}", "value"), cancel);
        look(cluster.Genesis);
        return cluster.Genesis;
    }
}
