using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Benchmarks;

/// <summary>The state machine on 100,000 keys. Each round executes the next batch of one machine.</summary>
public class StateBenchmarks
{
    private const int Keys = 100_000;
    private const int BatchRequests = 512;
    private const int ChunkBytes = 256 * 1024;

    private readonly StateLimits _limits = new();
    private readonly ShardStateMachine _machine;
    private readonly ShardState _state;
    private readonly Digest _root;
    private readonly byte[] _chunk;
    private ImmutableArray<Request> _puts;
    private ulong _counter;

    /// <summary>Fills the state.</summary>
    public StateBenchmarks()
    {
        _machine = new ShardStateMachine(_limits, ClientPolicy.Any, ShardPartition.Whole, Samples.Context.Cluster);
        for (var first = 0; first < Keys; first += BatchRequests)
        {
            _puts = [.. Enumerable.Range(first, BatchRequests).Select(i => Samples.VerifiedPut(i, _counter++))];
            Execute();
        }

        _state = _machine.Publish();
        _root = _state.ComputeRoot();
        _chunk = EncodeChunk();
    }

    /// <summary>The next batch, whose requests nobody has executed yet.</summary>
    [IterationSetup(Targets = [nameof(Put), nameof(Put_and_root)])]
    public void NextBatch() => _puts = [.. Enumerable.Range(0, BatchRequests).Select(i => Samples.VerifiedPut(i * (Keys / BatchRequests), _counter++))];

    /// <summary>A batch of 512 puts.</summary>
    [Benchmark(OperationsPerInvoke = BatchRequests)]
    public object Put() => Execute();

    /// <summary>The same, with the state's root after it.</summary>
    [Benchmark(OperationsPerInvoke = BatchRequests)]
    public object Put_and_root()
    {
        Execute();
        return _machine.Publish().ComputeRoot();
    }

    /// <summary>A chunk of state transfer of 256 KiB: cut and encoded.</summary>
    [Benchmark]
    public byte[] EncodeChunk() => _state.EncodeChunk(Digest.Zero, ChunkBytes);

    /// <summary>A chunk of state transfer of 256 KiB: decoded, proven against the root, and kept.</summary>
    [Benchmark]
    public bool CheckChunk() => new SnapshotAssembler(_root, _limits, ClientPolicy.Any, ShardPartition.Whole).TryAdd(Digest.Zero, _chunk, out _);

    private ExecutedBatch Execute() => _machine.Execute(_machine.View.Sequence.Next, Digest.Zero, Samples.Time, _puts);
}
