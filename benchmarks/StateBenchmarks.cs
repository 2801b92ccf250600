using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Benchmarks;

/// <summary>The state machine on 100,000 keys. States are immutable, so each round begins from the same one.</summary>
public class StateBenchmarks
{
    private const int Keys = 100_000;
    private const int BatchRequests = 512;
    private const int ChunkBytes = 256 * 1024;

    private readonly StateLimits _limits = new();
    private readonly ShardState _state;
    private readonly ImmutableArray<Request> _puts;
    private readonly Digest _root;
    private readonly byte[] _chunk;

    /// <summary>Fills the state.</summary>
    public StateBenchmarks()
    {
        var machine = new ShardStateMachine(_limits, ClientPolicy.Any, ShardPartition.Whole, Samples.Context.Cluster);
        foreach (var batch in Enumerable.Range(0, Keys).Select(i => Samples.VerifiedPut(i, (ulong)i)).Chunk(BatchRequests))
            machine.Execute(machine.View.Sequence.Next, Digest.Zero, Samples.Time, batch);
        _state = machine.Publish();
        _root = _state.ComputeRoot();
        _puts = [.. Enumerable.Range(0, BatchRequests).Select(i => Samples.VerifiedPut(i * (Keys / BatchRequests), (ulong)(Keys + i)))];
        _chunk = EncodeChunk();
    }

    /// <summary>A batch of 512 puts.</summary>
    [Benchmark(OperationsPerInvoke = BatchRequests)]
    public object Put() => Execute();

    /// <summary>The same, with the state's root after it.</summary>
    [Benchmark(OperationsPerInvoke = BatchRequests)]
    public object Put_and_root() => Execute().State.ComputeRoot();

    /// <summary>A chunk of state transfer of 256 KiB: cut and encoded.</summary>
    [Benchmark]
    public byte[] EncodeChunk() => _state.EncodeChunk(Digest.Zero, ChunkBytes);

    /// <summary>A chunk of state transfer of 256 KiB: decoded, proven against the root, and kept.</summary>
    [Benchmark]
    public bool CheckChunk() => new SnapshotAssembler(_root, _limits, ClientPolicy.Any, ShardPartition.Whole).TryAdd(Digest.Zero, _chunk, out _);

    private ExecutedBatch Execute() =>
        new ShardStateMachine(_state, Samples.Context.Cluster).Execute(_state.Sequence.Next, Digest.Zero, Samples.Time, _puts);
}
