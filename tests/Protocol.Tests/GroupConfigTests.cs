namespace KvStore.Protocol.Tests;

public class GroupConfigTests
{
    public static TheoryData<int, FaultModel> EveryGroup
    {
        get
        {
            var groups = new TheoryData<int, FaultModel>();
            for (var n = 3; n <= GroupConfig.ReplicasMax; n++)
            {
                groups.Add(n, FaultModel.Byzantine);
                groups.Add(n, FaultModel.Crash);
            }

            return groups;
        }
    }

    [Theory]
    [MemberData(nameof(EveryGroup))]
    public void The_quorums_are_those_that_a_slow_search_finds(int n, FaultModel model)
    {
        var group = new GroupConfig(n, model);
        Assert.Equal(n, group.Replicas);
        Assert.Equal(LargestTolerable(n, model), group.Faults);
        Assert.Equal(SmallestSafe(n, group.Faults, model), group.Quorum);
        Assert.Equal(model == FaultModel.Byzantine ? SmallestWithOneCorrect(group.Faults) : 1, group.WeakQuorum);
    }

    [Theory]
    [MemberData(nameof(EveryGroup))]
    public void Two_quorums_share_a_correct_replica_and_the_correct_ones_make_a_quorum(int n, FaultModel model)
    {
        var group = new GroupConfig(n, model);
        Assert.True(SmallestShare(n, group.Quorum) > (model == FaultModel.Byzantine ? group.Faults : 0));
        Assert.True(n - group.Faults >= group.Quorum);
        Assert.True(group.WeakQuorum <= group.Quorum);
        Assert.InRange(group.RejoinAnswers, 1, n - 1);
    }

    [Fact]
    public void The_papers_own_sizes_have_the_papers_own_quorums()
    {
        for (var f = 1; f <= 33; f++)
        {
            var group = new GroupConfig((3 * f) + 1);
            Assert.Equal((f, (2 * f) + 1, f + 1), (group.Faults, group.Quorum, group.WeakQuorum));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_group_without_replicas_or_with_too_many_is_refused(int n) => Assert.Throws<ArgumentOutOfRangeException>(() => new GroupConfig(n));

    [Fact]
    public void An_unknown_fault_model_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new GroupConfig(4, (FaultModel)9));

    [Fact]
    public void Members_are_numbered_from_0()
    {
        var group = new GroupConfig(4);
        Assert.True(group.Contains(new ReplicaId(0)) && group.Contains(new ReplicaId(3)));
        Assert.False(group.Contains(new ReplicaId(4)) || group.Contains(new ReplicaId(ushort.MaxValue)));
    }

    // The most faults for which some quorum size is both safe and available.
    private static int LargestTolerable(int n, FaultModel model)
    {
        for (var f = n; f > 0; f--)
        {
            for (var q = 1; q <= n - f; q++)
            {
                if (IsSafe(n, f, q, model)) return f;
            }
        }

        return 0;
    }

    private static int SmallestSafe(int n, int f, FaultModel model)
    {
        for (var q = 1; q <= n; q++)
        {
            if (IsSafe(n, f, q, model)) return q;
        }

        throw new InvalidOperationException("There is no safe quorum.");
    }

    private static bool IsSafe(int n, int f, int q, FaultModel model) => SmallestShare(n, q) > (model == FaultModel.Byzantine ? f : 0);

    // How many the first q and the last q replicas share, counted one by one.
    private static int SmallestShare(int n, int q)
    {
        var shared = 0;
        for (var replica = 0; replica < n; replica++)
        {
            if (replica < q && replica >= n - q) shared++;
        }

        return shared;
    }

    private static int SmallestWithOneCorrect(int faulty)
    {
        var votes = 0;
        while (votes - faulty < 1) votes++;
        return votes;
    }
}
