using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests;

public sealed class InProcessClusterTests : IAsyncDisposable
{
    private readonly InProcessCluster _cluster = InProcessCluster.Start(new InProcessOptions(), NullLoggerFactory.Instance);
    private readonly TestClient _client;

    public InProcessClusterTests() => _client = new TestClient(_cluster.Genesis.Cluster);

    private InProcessGroup Group => _cluster.Groups[0];

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task A_write_that_was_answered_is_seen_by_a_linearizable_read()
    {
        var answer = await Put("greeting", "hello");

        Assert.Equal(ResultCode.Created, answer.Result.Code);
        Assert.Equal("hello", await Get("greeting"));
    }

    [Fact]
    public async Task The_same_request_again_gets_the_first_result()
    {
        var request = _client.Sign(OperationMethod.Post, "/v1/kv/log", "x");
        var first = await Group.SubmitAsync(request, TestContext.Current.CancellationToken);
        var again = await Group.SubmitAsync(request, TestContext.Current.CancellationToken);

        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(first.Result.Length, again.Result.Length);
        Assert.Equal("x", await Get("log"));
    }

    [Fact]
    public async Task One_of_four_replicas_may_stop_whichever_it_is_and_come_back()
    {
        for (var replica = 0; replica < 4; replica++)
        {
            Group.StopReplica(replica);
            await Put("key", $"without {replica}");
            Assert.Equal($"without {replica}", await Get("key"));
            Group.StartReplica(replica, emptyDisk: false);
        }
    }

    [Fact]
    public async Task Two_of_four_replicas_stopped_leave_no_quorum_until_one_comes_back()
    {
        await Put("key", "before");
        Group.StopReplica(1);
        Group.StopReplica(2);
        await Assert.ThrowsAsync<NoQuorumException>(() => Put("key", "never"));
        await Assert.ThrowsAsync<NoQuorumException>(() => Get("key"));

        Group.StartReplica(1, emptyDisk: false);
        Assert.Equal("before", await Get("key"));
        await Put("key", "after");
        Assert.Equal("after", await Get("key"));
    }

    private Task<GatewayAnswer> Put(string key, string value) =>
        Group.SubmitAsync(_client.Sign(OperationMethod.Put, $"/v1/kv/{key}", value), TestContext.Current.CancellationToken);

    private async Task<string> Get(string key)
    {
        var state = await Group.ReadLinearizableAsync(TestContext.Current.CancellationToken);
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, state.Limits, out var command, out _));
        return Encoding.UTF8.GetString(state.Read(command).Value.Span);
    }
}
