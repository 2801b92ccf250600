using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class ShardingTests
{
    private static readonly ShardMap _map = new(2);
    private static readonly ShardPartition _partition = new(_map, _map.ShardOf("here"u8));
    private readonly Shard _shard = new(partition: _partition);

    [Fact]
    public void A_command_on_a_key_of_another_shard_is_refused_whether_it_reads_or_writes()
    {
        _shard.Do(Put("{here}", "x"));
        var operations = (Operation[])[Put("{there}", "x"), Append("{there}", "x"), KeepSlice("{there}", "{\"start\":0}"), Delete("{there}"), Get("{there}")];
        foreach (var operation in operations)
        {
            var result = _shard.Do(operation);
            Assert.Equal((ResultCode.WrongShard, 1UL, 0UL), (result.Code, result.Revision, result.KeyRevision));
        }

        Assert.Equal(ResultCode.WrongShard, _shard.Read(Get("{there}")).Code);
        Assert.Equal(1, _shard.View.KeyCount);
        Assert.Equal("x", _shard.Value("{here}"));
    }

    [Fact]
    public void A_list_is_of_every_shard_and_names_the_keys_that_it_has()
    {
        _shard.Do(Put("a{here}", "x"), Put("b{there}", "x"), Put("c{here}", "x"));
        Assert.Equal(["a{here}", "c{here}"], _shard.List().Entries.Select(e => e.Key.ToString()));
    }

    [Fact]
    public void A_state_with_a_key_of_another_shard_is_refused_although_it_is_proven()
    {
        _shard.Do(Put("a{here}", "x"));
        var state = _shard.State;
        var own = new ChunkView(state.EncodeChunk(Digest.Zero, 1_000_000)).Chunk.Records;
        Assert.True(Completes(own));
        Assert.True(Completes([.. own, KeyRecord.Create(Key.Of("b{here}"), 1, default, "", "x"u8)]));
        Assert.False(Completes([.. own, KeyRecord.Create(Key.Of("b{there}"), 1, default, "", "x"u8)]));

        bool Completes(IEnumerable<MapRecord> records)
        {
            var map = records.Aggregate(AuthenticatedMap.Empty, (map, record) => map.Set(record));
            var assembler = new SnapshotAssembler(map.Root, state.Limits, state.Clients, state.Partition);
            Assert.True(assembler.TryAdd(Digest.Zero, map.GetChunk(Digest.Zero, 1_000_000).ToBytes(), out _));
            return assembler.TryComplete(out _);
        }
    }
}
