namespace KvStore.StateMachine.Tests;

/// <summary>A state machine that numbers its batches by itself.</summary>
internal sealed class Shard
{
    public Shard(StateLimits? limits = null, ClientPolicy? clients = null, ShardPartition? partition = null) =>
        Machine = new ShardStateMachine(limits ?? new StateLimits(), clients ?? ClientPolicy.Any, partition ?? ShardPartition.Whole, Requests.Cluster);

    public Shard(ShardState state) => Machine = new ShardStateMachine(state, Requests.Cluster);

    public ShardStateMachine Machine { get; }

    /// <summary>The whole state; asking for it writes the sessions into the map.</summary>
    public ShardState State => Machine.Publish();

    public ShardView View => Machine.View;

    private ulong NextCounter { get; set; } = 1_000_000;

    public ExecutedBatch Execute(double seconds, params Request[] requests)
    {
        var sequence = View.Sequence.Next;
        var batch = new Batch(Requests.At(seconds), [.. requests.Select(r => r.DigestFor(Requests.Cluster))]);
        var executed = Machine.Execute(sequence, batch.Digest, batch.Time, requests);
        Assert.Equal(requests.Length, executed.Outcomes.Length);
        Assert.Same(View, executed.View);
        return executed;
    }

    public RequestOutcome One(double seconds, Request request) => Assert.Single(Execute(seconds, request).Outcomes);

    /// <summary>Executes operations as new requests, each in a batch of its own, and gives the last result.</summary>
    public OperationResult Do(params Operation[] operations)
    {
        OperationResult? result = null;
        foreach (var operation in operations) result = One(0, Requests.Request(operation, NextCounter++, session: 99)).Result;
        return result!;
    }

    /// <summary>Reads from the state as it stands, and checks that the same read, ordered, gives the same.</summary>
    public OperationResult Read(Operation operation)
    {
        Assert.True(OperationParser.TryParse(operation, View.Limits, out var command, out _));
        var result = View.Read(command);
        Assert.Equal(result.ToBytes(), Do(operation).ToBytes());
        return result;
    }

    /// <summary>Executes a transaction or batch, which is not refused, and gives the results of its steps.</summary>
    public StepResults DoSteps(Operation operation)
    {
        var result = Do(operation);
        Assert.Equal((ResultCode.Ok, View.Revision), (result.Code, result.Revision));
        return StepsOf(result);
    }

    public static StepResults StepsOf(OperationResult result)
    {
        var reader = new CanonicalReader(result.Value);
        var steps = StepResults.Decode(ref reader);
        Assert.True(reader.Complete);
        return steps;
    }

    public string? Value(string key) =>
        Read(Requests.Get(key)) is { Code: ResultCode.Ok } result ? System.Text.Encoding.UTF8.GetString(result.Value.Span) : null;

    public ListPage List(string query = "")
    {
        var reader = new CanonicalReader(Read(Requests.List(query)).Value);
        var page = ListPage.Decode(ref reader);
        Assert.True(reader.Complete);
        return page;
    }
}
