using System.Diagnostics;

namespace KvStore.StateMachine.Tests;

/// <summary>
/// Measures, and asserts nothing; run by hand: <c>dotnet run -c Release --project tests/StateMachine.Tests -- -explicit only</c>.
/// The requests' digests are known beforehand, as they are in a node, which computes them when it verifies signatures.
/// </summary>
public class ThroughputTests
{
    private const int KeyCount = 100_000;
    private const int BatchSize = 500;

    private readonly ShardStateMachine _machine = new(new StateLimits(), ClientPolicy.Any, ShardPartition.Whole, Requests.Cluster);
    private readonly byte[] _value = new byte[128];
    private ulong _counter;

    [Fact(Explicit = true)]
    public void Puts_of_128_bytes_on_100k_keys()
    {
        Fill();
        for (var round = 0; round < 8; round++)
        {
            // A few batches at a time, because in a node the requests have only just been verified and are in the cache.
            var elapsed = TimeSpan.Zero;
            var processor = TimeSpan.Zero;
            var paused = TimeSpan.Zero;
            var allocated = 0L;
            const int puts = 40 * 5 * BatchSize;
            for (var part = 0; part < 40; part++)
            {
                var batches = Batches(5, i => (int)(Mix(_counter + (ulong)i) % KeyCount));
                var before = GC.GetAllocatedBytesForCurrentThread();
                var pausedBefore = GC.GetTotalPauseDuration();
                var processorBefore = Environment.CpuUsage.UserTime;
                var start = Stopwatch.GetTimestamp();
                foreach (var batch in batches) Execute(batch);
                elapsed += Stopwatch.GetElapsedTime(start);
                paused += GC.GetTotalPauseDuration() - pausedBefore;
                processor += Environment.CpuUsage.UserTime - processorBefore;
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Report($"{elapsed.TotalMicroseconds / puts:F2} µs a put ({processor.TotalMicroseconds / puts:F2} of the processor, collections included; {paused.TotalMicroseconds / puts:F2} stopped for collections), "
                + $"{allocated / puts} bytes a put");
            var startRoot = Stopwatch.GetTimestamp();
            _ = _machine.Publish().ComputeRoot();
            Report($"root after {puts} puts: {Stopwatch.GetElapsedTime(startRoot).TotalMilliseconds:F1} ms");
        }
    }

    [Fact(Explicit = true)]
    public void The_root_after_10k_changes_on_100k_keys()
    {
        Fill();
        for (var round = 0; round < 5; round++)
        {
            foreach (var batch in Batches(20, i => (int)(Mix((ulong)(i + 7919)) % KeyCount))) Execute(batch);
            var start = Stopwatch.GetTimestamp();
            _ = _machine.Publish().ComputeRoot();
            Report($"root after 10k puts: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
        }
    }

    [Fact(Explicit = true)]
    public void A_snapshot_of_100k_keys()
    {
        Fill();
        var root = _machine.Publish().ComputeRoot();
        var start = Stopwatch.GetTimestamp();
        var chunks = new List<(Digest From, byte[] Bytes)>();
        var assembler = new SnapshotAssembler(root, _machine.Publish().Limits, ClientPolicy.Any, ShardPartition.Whole);
        for (var from = Digest.Zero; ;)
        {
            var bytes = _machine.Publish().EncodeChunk(from, 1024 * 1024);
            chunks.Add((from, bytes));
            Assert.True(new ChunkView(bytes).Chunk.TryVerify(root, from, out from, out var isLast));
            if (isLast) break;
        }

        Report($"cut and check {chunks.Sum(c => (long)c.Bytes.Length)} bytes in {chunks.Count} chunks: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
        start = Stopwatch.GetTimestamp();
        foreach (var (from, bytes) in chunks) Assert.True(assembler.TryAdd(from, bytes, out _));
        Assert.True(assembler.TryComplete(out _));
        Report($"assemble: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }

    private static void Report(string line) => TestContext.Current.SendDiagnosticMessage(line);

    private static ulong Mix(ulong value) => unchecked((value ^ (value >> 17)) * 0x9E3779B97F4A7C15) >> 11;

    private void Fill()
    {
        foreach (var batch in Batches(KeyCount / BatchSize, i => i)) Execute(batch);
        _ = _machine.Publish().ComputeRoot();
    }

    // Sixteen sessions, whose requests follow each other.
    private List<Request[]> Batches(int count, Func<int, int> key)
    {
        var batches = new List<Request[]>();
        for (var b = 0; b < count; b++)
        {
            var batch = new Request[BatchSize];
            for (var i = 0; i < BatchSize; i++)
            {
                _counter++;
                var operation = Requests.Raw(OperationMethod.Put, $"/v1/kv/bench/key-{key(b * BatchSize + i):D8}", "", _value);
                batch[i] = Requests.Request(operation, _counter / 16, session: _counter % 16);
                _ = batch[i].DigestFor(Requests.Cluster);
            }

            batches.Add(batch);
        }

        return batches;
    }

    private void Execute(Request[] batch)
    {
        var executed = _machine.Execute(_machine.Publish().Sequence.Next, Digest.Zero, Requests.At(1), batch);
        Assert.DoesNotContain(executed.Outcomes, o => o.Result.Refused);
    }
}
