using KvStore.Protocol;
using KvStore.Replication.Pool;

namespace KvStore.Replication.Tests.Pool;

/// <summary>Whether a node may take its operator's word that it has never run.</summary>
public sealed class FirstStartTests
{
    [Theory]
    [InlineData(4, "", "Open")]
    [InlineData(4, "0", "Open")]
    [InlineData(4, "00", "Begins")]
    [InlineData(4, "9", "Open")]
    [InlineData(4, "99", "HasRun")]
    [InlineData(4, "900", "Begins")]
    [InlineData(4, "990", "HasRun")]
    [InlineData(1, "", "Begins")]
    [InlineData(2, "9", "HasRun")]
    [InlineData(7, "000", "Open")]
    [InlineData(7, "0000", "Begins")]
    [InlineData(7, "99000", "Open")]
    [InlineData(7, "990000", "Begins")]
    [InlineData(7, "999000", "HasRun")]
    public void Up_to_f_liars_neither_begin_a_cluster_that_has_run_nor_keep_one_from_beginning(int nodes, string executed, string expected)
    {
        var start = new FirstStart(new GroupConfig(nodes), shards: 1);
        for (var i = 0; i < executed.Length; i++) start.OnStatus(new GroupId(0), new ReplicaId((ushort)(i + 1)), Said((ulong)(executed[i] - '0')));
        Assert.Equal(expected, $"{start.Verdict}");
    }

    [Fact]
    public void A_node_is_unused_when_all_its_shards_are_and_has_run_when_one_has()
    {
        var start = new FirstStart(new GroupConfig(4), shards: 2);
        for (ushort peer = 1; peer < 4; peer++) start.OnStatus(new GroupId(0), new ReplicaId(peer), Said(0));
        Assert.Equal(FirstStartVerdict.Open, start.Verdict);
        start.OnStatus(new GroupId(1), new ReplicaId(1), Said(5));
        start.OnStatus(new GroupId(1), new ReplicaId(2), Said(5));
        Assert.Equal(FirstStartVerdict.HasRun, start.Verdict);
    }

    [Fact]
    public void A_node_that_lost_its_disk_does_not_count_as_one_that_was_never_used()
    {
        var start = new FirstStart(new GroupConfig(4), shards: 1);
        start.OnStatus(new GroupId(0), new ReplicaId(1), Said(0));
        start.OnStatus(new GroupId(0), new ReplicaId(2), Said(0, rejoining: true));
        Assert.Equal(FirstStartVerdict.Open, start.Verdict);
        start.OnStatus(new GroupId(0), new ReplicaId(1), Said(7, rejoining: true));
        start.OnStatus(new GroupId(0), new ReplicaId(2), Said(7, rejoining: true));
        Assert.Equal(FirstStartVerdict.HasRun, start.Verdict);
    }

    private static StatusMessage Said(ulong executed, bool rejoining = false) =>
        new(View.Initial, Active: true, SequenceNumber.Genesis, new SequenceNumber(executed), new SequenceNumber(1), rejoining);
}
