using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests;

/// <summary>A group whose replicas keep real files.</summary>
public sealed class DiskTests : IAsyncDisposable
{
    private const int Replicas = 4;

    private readonly string _directory = Directory.CreateTempSubdirectory("kvstore-test-").FullName;
    private readonly InProcessCluster _cluster;
    private readonly TestClient _client;

    public DiskTests()
    {
        var options = new InProcessOptions { Directory = _directory, Consensus = new ConsensusConfig { CheckpointInterval = 8 } };
        _cluster = InProcessCluster.Start(options, NullLoggerFactory.Instance);
        _client = new TestClient(_cluster.Genesis.Cluster);
    }

    private InProcessGroup Group => _cluster.Groups[0];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task All_replicas_stop_again_and_again_and_every_acknowledged_write_is_there()
    {
        const int Rounds = 4;
        const int WritesPerRound = 40;
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < WritesPerRound; i++) await Put($"key-{round}-{i}", $"value {i}");
            for (var replica = 0; replica < Replicas; replica++) Group.StopReplica(replica);
            for (var replica = 0; replica < Replicas; replica++) Group.StartReplica(replica, emptyDisk: false);
            for (var i = 0; i < WritesPerRound; i++) Assert.Equal($"value {i}", await Get($"key-{round}-{i}"));
        }

        Assert.NotEmpty(Directory.GetFiles(_directory, "snap-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_ledger_gives_every_executed_batch_back_and_its_tree_is_that_of_the_state()
    {
        for (var i = 0; i < 30; i++) await Put($"key-{i}", "value");
        Group.StopReplica(1);
        Group.StartReplica(1, emptyDisk: false);
        for (var i = 0; i < 30; i++) await Put($"key-{i}", "other");
        var state = await Group.ReadLinearizableAsync(Cancel);
        var ledger = Group.Ledger(1)!;
        await Until(() => ledger.Find(state.Sequence) is not null);

        var frontier = LedgerFrontier.Empty;
        for (ulong position = 1; position <= state.Sequence.Number; position++)
        {
            var entry = ledger.Find(new SequenceNumber(position))!;
            Assert.Equal(entry.Batch.Digest, entry.Certificate.Vote.Batch);
            frontier = frontier.Append(ExecutedBatch.LedgerLeaf(entry.Sequence, entry.Batch.Digest, entry.Time, entry.ResultsRoot));
            Assert.Equal(frontier.Root, entry.Frontier.Root);
        }

        Assert.Equal(state.LedgerRoot, frontier.Root);
    }

    [Fact]
    public async Task A_replica_whose_directory_is_gone_catches_up()
    {
        for (var i = 0; i < 60; i++) await Put($"key-{i}", "value");
        Group.StopReplica(2);
        Group.StartReplica(2, emptyDisk: true);
        await Until(() => Group.Statuses[2] is { Rejoining: false, FetchingState: false, Keys: >= 60 });
        Group.StopReplica(0);
        Assert.Equal("value", await Get("key-59"));
        await Put("key-60", "more");
    }

    private Task<GatewayAnswer> Put(string key, string value) => Group.SubmitAsync(_client.Sign(OperationMethod.Put, $"/v1/kv/{key}", value), Cancel);

    private async Task<string> Get(string key)
    {
        var state = await Group.ReadLinearizableAsync(Cancel);
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }

    // Each look is preceded by a read through the group, so that nothing sleeps.
    private async Task Until(Func<bool> condition)
    {
        while (!condition()) await Group.ReadLinearizableAsync(Cancel);
    }
}
