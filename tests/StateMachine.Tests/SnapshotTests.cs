using FsCheck;
using FsCheck.Fluent;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class SnapshotTests
{
    [Fact]
    public void A_restored_state_goes_on_byte_for_byte_like_the_one_it_was_taken_from() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(RandomBatches.Any, batches =>
        {
            var original = RandomBatches.NewShard();
            var copies = new List<Shard>();
            foreach (var (seconds, requests) in RandomBatches.Timed(batches))
            {
                if (copies.Count < 4) copies.Add(new Shard(Restore(original.State, maxBytes: 1 + 100 * copies.Count)));
                var executed = original.Execute(seconds, requests);
                var root = original.State.ComputeRoot();
                foreach (var copy in copies)
                {
                    var again = copy.Execute(seconds, requests);
                    Assert.Equal(executed.ResultsRoot, again.ResultsRoot);
                    Assert.Equal(executed.LedgerRoot, again.LedgerRoot);
                    Assert.Equal(root, copy.State.ComputeRoot());
                    Assert.Equal((original.View.KeyCount, original.State.SessionCount), (copy.View.KeyCount, copy.State.SessionCount));
                    Assert.Equal((original.View.NextExpiry, executed.Changes.Length), (copy.View.NextExpiry, again.Changes.Length));
                }
            }
        }));

    [Fact]
    public void A_restored_state_has_the_positions_the_indexes_and_the_results_of_the_original()
    {
        var shard = Filled();
        var state = Restore(shard.State, 700);
        Assert.Equal(shard.State.Sequence, state.Sequence);
        Assert.Equal(shard.State.Time, state.Time);
        Assert.Equal(shard.View.Revision, state.View.Revision);
        Assert.Equal(shard.State.LedgerRoot, state.LedgerRoot);
        Assert.Equal(shard.State.Ledger.Root, state.Ledger.Root);
        Assert.Equal(shard.State.ComputeRoot(), state.ComputeRoot());
        Assert.True(new Shard(state).Machine.TryFindResult(Alice, new Nonce(new SessionId(77), 5), out _, out _));
        Assert.Equal(shard.List().Entries.Select(e => e.Key), new Shard(state).List().Entries.Select(e => e.Key));
    }

    [Fact]
    public void Chunks_of_sixteen_ranges_may_come_in_any_order_and_overlap()
    {
        var state = Filled().State;
        var chunks = new List<(Digest From, byte[] Bytes)>();
        for (var i = 0; i < 16; i++)
        {
            var end = i == 15 ? Digest.Zero : SnapshotAssembler.RangeStart(i + 1, 16);
            for (var from = SnapshotAssembler.RangeStart(i, 16); ;)
            {
                var bytes = state.EncodeChunk(from, 900);
                chunks.Add((from, bytes));
                Assert.True(new ChunkView(bytes).Chunk.TryVerify(state.ComputeRoot(), from, out from, out var isLast));
                if (isLast || (end != Digest.Zero && from.CompareTo(end) >= 0)) break;
            }
        }

        var assembler = new SnapshotAssembler(state.ComputeRoot(), state.Limits, state.Clients, state.Partition);
        var order = Enumerable.Range(0, chunks.Count).OrderBy(i => i * 7919 % chunks.Count).ThenBy(i => i).ToList();
        foreach (var i in order)
        {
            Assert.Equal(assembler.IsCovered, assembler.TryComplete(out _));
            Assert.True(assembler.TryAdd(chunks[i].From, chunks[i].Bytes, out _));
        }

        Assert.True(assembler.IsCovered);
        Assert.False(assembler.TryFindMissing(Digest.Zero, out _));
        Assert.True(assembler.TryComplete(out var restored));
        Assert.Equal(state.ComputeRoot(), restored.ComputeRoot());
    }

    [Fact]
    public void What_is_missing_is_found_and_asked_for()
    {
        var state = Filled().State;
        var assembler = new SnapshotAssembler(state.ComputeRoot(), state.Limits, state.Clients, state.Partition);
        foreach (var start in (int[])[9, 3, 12])
        {
            var from = SnapshotAssembler.RangeStart(start, 16);
            Assert.True(assembler.TryAdd(from, state.EncodeChunk(from, 500), out var upTo));
            Assert.True(assembler.TryFindMissing(from, out var missing));
            Assert.Equal(upTo, missing);
        }

        while (assembler.TryFindMissing(Digest.Zero, out var from)) Assert.True(assembler.TryAdd(from, state.EncodeChunk(from, 500), out _));
        Assert.True(assembler.TryComplete(out _));
    }

    [Fact]
    public void A_bad_chunk_is_refused_and_leaves_nothing_behind()
    {
        var shard = Filled();
        var state = shard.State;
        var assembler = new SnapshotAssembler(state.ComputeRoot(), state.Limits, state.Clients, state.Partition);
        shard.Do(Put("later", "x"));
        Assert.False(assembler.TryAdd(Digest.Zero, shard.State.EncodeChunk(Digest.Zero, 1_000_000), out var upTo));
        Assert.Equal(Digest.Zero, upTo);
        Assert.False(assembler.TryAdd(Digest.Zero, new byte[] { 1, 2, 3 }, out _));
        Assert.False(assembler.TryAdd(Digest.Zero, ReadOnlyMemory<byte>.Empty, out _));
        Assert.Equal(0, assembler.RecordCount);
        Assert.True(assembler.TryAdd(Digest.Zero, state.EncodeChunk(Digest.Zero, 1_000_000), out _));
        Assert.True(assembler.TryComplete(out _));
    }

    [Fact]
    public void A_state_of_other_limits_other_clients_or_another_shard_is_refused()
    {
        var state = Filled().State;
        var bytes = state.EncodeChunk(Digest.Zero, 10_000_000);
        Assert.True(Complete(state.Limits, state.Clients, state.Partition));
        Assert.False(Complete(state.Limits with { KeyBytesMax = 99 }, state.Clients, state.Partition));
        Assert.False(Complete(state.Limits, ClientPolicy.Only([Alice]), state.Partition));
        Assert.False(Complete(state.Limits, state.Clients, new ShardPartition(new ShardMap(2), new GroupId(0))));

        bool Complete(StateLimits limits, ClientPolicy clients, ShardPartition partition)
        {
            var assembler = new SnapshotAssembler(state.ComputeRoot(), limits, clients, partition);
            Assert.True(assembler.TryAdd(Digest.Zero, bytes, out _));
            return assembler.TryComplete(out _);
        }
    }

    [Theory]
    [InlineData((byte)'k')]
    [InlineData((byte)'l')]
    [InlineData((byte)'m')]
    [InlineData((byte)'r')]
    [InlineData((byte)'s')]
    public void Records_that_contradict_each_other_are_refused_although_they_are_proven(byte kind)
    {
        var state = Filled().State;
        var view = new ChunkView(state.EncodeChunk(Digest.Zero, 10_000_000));
        var victim = view.Chunk.Records.First(r => r.Key[0] == kind);
        var others = view.Chunk.Records.Where(r => r.Path != victim.Path).ToList();
        Assert.True(Completes([victim, .. others]));
        Assert.False(Completes([MapRecord.Create(victim.Key, []), .. others]));
        Assert.False(Completes([MapRecord.Create(victim.Key, victim.Body.Span[..^1]), .. others]) && kind != 'k');
        Assert.False(Completes([MapRecord.Create([.. victim.Key, 0], victim.Body.Span), .. others]) && kind != 'k');
        Assert.False(Completes([victim, .. others, MapRecord.Create("x"u8, "unknown"u8)]));
        Assert.Equal(kind == 'k', Completes(others));

        bool Completes(List<MapRecord> records)
        {
            var map = records.Aggregate(AuthenticatedMap.Empty, (map, record) => map.Set(record));
            var assembler = new SnapshotAssembler(map.Root, state.Limits, state.Clients, state.Partition);
            Assert.True(assembler.TryAdd(Digest.Zero, map.GetChunk(Digest.Zero, 10_000_000).ToBytes(), out _));
            return assembler.TryComplete(out _);
        }
    }

    [Fact]
    public void A_key_s_record_is_proven_against_the_state_root()
    {
        var state = Filled().State;
        var key = Key.Of("key/7");
        Assert.True(state.View.TryGetRecord(key, out var record));
        Assert.Equal("value 7", System.Text.Encoding.UTF8.GetString(record.Value.Span));
        Assert.True(state.Prove(key).Verify(state.ComputeRoot(), key.RecordPath, record.Record.Digest));
        Assert.True(state.Prove(Key.Of("none")).Verify(state.ComputeRoot(), Key.Of("none").RecordPath, null));
    }

    private static Shard Filled()
    {
        var shard = new Shard();
        for (var i = 0; i < 60; i++)
            shard.One(i / 10, Request(Put($"key/{i}", $"value {i}", (OperationHeader.ContentType, "text/plain")), (ulong)(i * 40), session: (ulong)(i % 6), client: i % 2 == 0 ? Bob : Alice));
        shard.One(6, Request(Get("key/1"), 5, session: 77));
        shard.One(6, Request(List(""), 6, session: 77)); // A result that has a record of its own.
        return shard;
    }

    private static ShardState Restore(ShardState state, int maxBytes)
    {
        var assembler = new SnapshotAssembler(state.ComputeRoot(), state.Limits, state.Clients, state.Partition);
        for (var from = Digest.Zero; ;)
        {
            Assert.True(assembler.TryAdd(from, state.EncodeChunk(from, maxBytes), out from));
            if (from == Digest.Zero) break;
        }

        Assert.True(assembler.TryComplete(out var restored));
        return restored;
    }
}
