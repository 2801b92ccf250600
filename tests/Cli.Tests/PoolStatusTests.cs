using KvStore.Api.Operations;
using KvStore.Cli.Status;
using KvStore.Protocol;
using KvStore.Replication;

namespace KvStore.Cli.Tests;

/// <summary>What <c>kv status</c> makes of the words of a pool's nodes.</summary>
public sealed class PoolStatusTests
{
    private static readonly ReplicaDocument _good =
        new(0, Running: true, View: 2, Active: true, Primary: 2, Executed: 300, StableCheckpoint: 256, StateRoot: "aaaa", Rejoining: false, FetchingState: false,
            PendingRequests: 0, Keys: 7, Rejections: new Dictionary<string, long>(StringComparer.Ordinal), DiskFull: false, Dropped: ReplicaStatus.NothingDropped, DiskBytes: 3 << 20, DiskFreeBytes: 7L << 30, Suspicions: [], DiskLogBytes: 4 << 20, DiskLedgerBytes: 1 << 20, SnapshotPosition: 256, LedgerFirst: 1, LedgerLast: 300, RetainedFrom: 1, Faults: null);

    [Fact]
    public void Nodes_that_agree_are_said_nothing_about()
    {
        var pool = PoolOf(_good, _good, _good, _good);
        Assert.Empty(Disagreements.Of(pool));
        Assert.True(pool.HasQuorum(pool.Cluster.Groups[0]));
    }

    [Fact]
    public void Different_state_roots_at_one_checkpoint_are_a_contradiction_and_at_two_they_are_not()
    {
        var found = Assert.Single(Disagreements.Of(PoolOf(_good, _good, _good with { StateRoot = "bbbb" }, _good)));
        Assert.True(found.IsContradiction);
        Assert.Contains("node2 bbbb", found.Text, StringComparison.Ordinal);
        Assert.Empty(Disagreements.Of(PoolOf(_good, _good, _good with { StateRoot = "bbbb", StableCheckpoint = 384 }, _good)));
    }

    [Fact]
    public void Different_views_are_said_but_contradict_nothing()
    {
        var found = Assert.Single(Disagreements.Of(PoolOf(_good, _good, _good, _good with { View = 3 })));
        Assert.False(found.IsContradiction);
        Assert.Empty(Disagreements.Of(PoolOf(_good, _good, _good, _good with { View = 3, Rejoining = true })));
    }

    [Fact]
    public void A_node_of_another_cluster_or_in_anothers_place_is_a_contradiction()
    {
        var pool = PoolOf(_good, _good, _good, _good);
        var stranger = pool.Nodes[1] with { Said = pool.Nodes[1].Said! with { Cluster = "other" } };
        var swapped = pool.Nodes[1] with { Said = pool.Nodes[2].Said };
        foreach (var wrong in (NodeAnswer[])[stranger, swapped])
            Assert.Contains(Disagreements.Of(pool with { Nodes = [pool.Nodes[0], wrong, pool.Nodes[2], pool.Nodes[3]] }), each => each.IsContradiction);
    }

    [Fact]
    public void A_node_that_its_peers_do_not_hear_is_named_once_a_correct_one_says_so()
    {
        var pool = PoolOf(_good, _good, _good, _good);
        Assert.Empty(Disagreements.Of(Deaf(pool, 3, to: [0])));
        Assert.Contains("node3", Assert.Single(Disagreements.Of(Deaf(pool, 3, to: [0, 1]))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_liar_neither_makes_a_quorum_nor_a_lag()
    {
        var pool = PoolOf(_good with { Executed = 1_000_000 }, _good, _good, null);
        Assert.Equal(300ul, pool.Executed(pool.Cluster.Groups[0]));
        var lonely = PoolOf(_good, null, null, null);
        Assert.False(lonely.HasQuorum(lonely.Cluster.Groups[0]));
        Assert.Equal(0ul, lonely.Executed(lonely.Cluster.Groups[0]));
    }

    [Fact]
    public void The_silo_of_a_node_that_does_not_answer_is_named_with_its_replica()
    {
        Assert.Equal(["node2 at http://10.0.0.2:1 does not answer: away"], PoolStatusCommand.Silent(PoolOf(_good, _good, null, _good)));
        var silos = Enumerable.Range(0, 4).Select(node => new SiloDocument(node, $"replica-{node}", $"10.0.0.{node}:11111", Active: node != 2)).ToList();
        Assert.Equal(
            ["node2 at http://10.0.0.2:1 does not answer: away", "shard 0 replica 2: silo replica-2 at 10.0.0.2:11111 does not answer, and the other silos know of none that runs."],
            PoolStatusCommand.Silent(On(silos)));
        silos[2] = silos[2] with { Active = true }; // It takes them some seconds.
        Assert.Equal("shard 0 replica 2: silo replica-2 at 10.0.0.2:11111 does not answer.", PoolStatusCommand.Silent(On(silos)).Last());
        silos[2] = silos[2] with { Address = null, Active = false };
        Assert.StartsWith("shard 0 replica 2: silo replica-2 does not answer", PoolStatusCommand.Silent(On(silos)).Last(), StringComparison.Ordinal);
    }

    private static PoolStatus On(IReadOnlyList<SiloDocument> silos)
    {
        var pool = PoolOf(_good, _good, null, _good);
        return pool with { Nodes = [.. pool.Nodes.Select(answer => answer with { Said = answer.Said is { } said ? said with { Silos = silos } : null })] };
    }

    // Each node says the same of itself and of the others, but for what is given.
    private static PoolStatus PoolOf(params ReplicaDocument?[] own)
    {
        var group = new GroupDocument(0, 0, "byzantine", 4, 1, 3, 2, "broadcast", "round-robin", []);
        var nodes = own.Select((_, node) => new NodeDocument(node, $"node{node}", $"http://10.0.0.{node}:1")).ToList();
        return new PoolStatus(
            new ClusterDocument("test", "id", null, new StateLimits(), [group], nodes),
            [.. own.Select((replica, node) => new NodeAnswer(nodes[node], replica is null ? null : StatusOf(node, replica), replica is null ? "away" : null))]);
    }

    private static StatusDocument StatusOf(int node, ReplicaDocument own)
    {
        var replicas = Enumerable.Range(0, 4).Select(replica => replica == node ? own with { Replica = replica } : _good with { Replica = replica, StateRoot = null }).ToList();
        return new StatusDocument("1", DateTimeOffset.UnixEpoch, "id", "disk", "test", [new ShardStatus(0, HasQuorum: true, replicas)], new Dictionary<string, long>(StringComparer.Ordinal), node, []);
    }

    private static PoolStatus Deaf(PoolStatus pool, int node, int[] to) => pool with
    {
        Nodes =
        [
            .. pool.Nodes.Select(answer => !to.Contains(answer.Node.Node) ? answer : answer with
            {
                Said = answer.Said! with
                {
                    Shards = [answer.Said.Shards[0] with { Replicas = [.. answer.Said.Shards[0].Replicas.Select(each => each.Replica == node ? each with { Running = false } : each)] }],
                },
            }),
        ],
    };
}
