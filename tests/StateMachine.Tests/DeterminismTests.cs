using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class DeterminismTests
{
    [Fact]
    public void Equal_batches_give_equal_roots_whatever_objects_they_are_made_of_and_whenever_the_root_is_computed() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(RandomBatches.Any, batches =>
        {
            var one = RandomBatches.NewShard();
            var other = RandomBatches.NewShard();
            var seldom = RandomBatches.NewShard();
            var states = new List<(ShardState One, ShardState Other)>();
            foreach (var (seconds, requests) in RandomBatches.Timed(batches))
            {
                var executed = one.Execute(seconds, requests);
                var again = other.Execute(seconds, [.. requests.Select(Copy)]);
                Assert.Equal(executed.ResultsRoot, again.ResultsRoot);
                Assert.Equal(executed.LedgerRoot, again.LedgerRoot);
                if (states.Count % 3 == 0) _ = one.State.ComputeRoot();
                states.Add((one.State, other.State));
                Assert.Equal(executed.ResultsRoot, seldom.Execute(seconds, requests).ResultsRoot);
                // A replica that writes its sessions into the map at some batches only has the same state there.
                if (states.Count % 4 == 0) Assert.Equal(one.State.ComputeRoot(), seldom.State.ComputeRoot());
            }

            // The other's roots are computed when all is over, the last one first.
            states.Reverse();
            Assert.All(states, pair => Assert.Equal(pair.One.ComputeRoot(), pair.Other.ComputeRoot()));
        }));

    [Fact]
    public void Roots_are_made_of_the_bytes_that_the_protocol_names()
    {
        var shard = new Shard();
        var requests = (Request[])[Request(Put("a", "x"), 1), Request(Get("a"), 2), Request(Put("a", "x"), 3, expires: 0)];
        var executed = shard.Execute(3, requests);
        var leaves = executed.Outcomes.Select(o => MerkleTree.LeafHash([.. o.Request.ToArray(), .. o.Result.ToBytes()])).ToArray();
        Assert.Equal(MerkleTree.Root(leaves), executed.ResultsRoot);
        Assert.Equal(leaves[1], ExecutedBatch.ResultLeaf(executed.Outcomes[1].Request, executed.Outcomes[1].Result));

        byte[] leaf = [.. Number(1), .. executed.Batch.ToArray(), .. Number(At(3).UnixMilliseconds), .. executed.ResultsRoot.ToArray()];
        Assert.Equal(MerkleTree.LeafHash(leaf), executed.LedgerRoot);

        var empty = shard.Execute(2);
        Assert.Equal(MerkleTree.EmptyRoot, empty.ResultsRoot);
        Assert.Equal((2UL, At(3)), (empty.Sequence.Number, empty.Time));
        byte[] second = [.. Number(2), .. empty.Batch.ToArray(), .. Number(At(3).UnixMilliseconds), .. empty.ResultsRoot.ToArray()];
        Assert.Equal(MerkleTree.Root([MerkleTree.LeafHash(leaf), MerkleTree.LeafHash(second)]), empty.LedgerRoot);
        Assert.Equal(empty.LedgerRoot, shard.State.LedgerRoot);
        Assert.Equal(2UL, shard.State.Ledger.Size);

        static byte[] Number(ulong value)
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            return bytes;
        }
    }

    [Fact]
    public void The_state_root_of_a_fixed_history_never_changes()
    {
        // A golden value: when this fails, the format of the state has changed, and stored snapshots and checkpoints with it.
        var shard = new Shard();
        shard.Execute(1, Request(Put("a", "x", (OperationHeader.ContentType, "text/plain")), 1), Request(Append("b", "yz"), 2), Request(Get("a"), 7, session: 2));
        shard.Execute(2, Request(Delete("b"), 3, client: Bob));
        Assert.Equal(Golden.StateRoot, shard.State.ComputeRoot().ToString());
        Assert.Equal(Golden.LedgerRoot, shard.State.LedgerRoot.ToString());
    }

    [Fact]
    public void The_state_root_covers_the_clients_policy_the_limits_and_the_partition()
    {
        var root = new Shard().State.ComputeRoot();
        Assert.NotEqual(root, new Shard(clients: ClientPolicy.Only([])).State.ComputeRoot());
        Assert.NotEqual(root, new Shard(new StateLimits { ListPageMax = 7 }).State.ComputeRoot());
        Assert.NotEqual(root, new Shard(partition: new ShardPartition(new ShardMap(2), new GroupId(0))).State.ComputeRoot());
        Assert.NotEqual(root, new Shard(partition: new ShardPartition(new ShardMap(1), new GroupId(1))).State.ComputeRoot());
        Assert.Equal(root, new Shard().State.ComputeRoot());
        Assert.Equal(
            new Shard(clients: ClientPolicy.Only([Alice, Bob])).State.ComputeRoot(),
            new Shard(clients: ClientPolicy.Only([Bob, Alice, Bob])).State.ComputeRoot());
    }

    [Fact]
    public void A_batch_out_of_order_breaks_an_invariant()
    {
        var machine = new Shard().Machine;
        Assert.Throws<InvariantBrokenException>(() => machine.Execute(new SequenceNumber(2), Digest.Zero, At(0), []));
        Assert.Throws<InvariantBrokenException>(() => machine.Execute(new SequenceNumber(0), Digest.Zero, At(0), []));
    }

    private static Request Copy(Request request)
    {
        var writer = new CanonicalWriter();
        request.Encode(writer);
        var reader = new CanonicalReader(writer.ToArray());
        var copy = KvStore.Protocol.Request.Decode(ref reader);
        Assert.NotNull(copy);
        return copy;
    }
}
