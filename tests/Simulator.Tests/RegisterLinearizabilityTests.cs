namespace KvStore.Simulator.Tests;

/// <summary>The checker itself: it must accept what an order explains, and refuse what none does.</summary>
public sealed class RegisterLinearizabilityTests
{
    [Fact]
    public void A_read_may_see_a_write_that_is_under_way() =>
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 5, "a"), Get(2, 3, "a"), Get(4, 6, "a")]));

    [Fact]
    public void A_read_may_not_go_back_to_an_earlier_value() =>
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), Put(3, 8, "b"), Get(4, 5, "b"), Get(6, 7, "a")]));

    [Fact]
    public void A_read_may_not_miss_a_write_that_was_answered_before_it_began() =>
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), Get(3, 4, null)]));

    [Fact]
    public void A_write_without_an_answer_may_have_happened_or_not()
    {
        var lost = new RegisterLinearizability.Entry(1, long.MaxValue, true, OperationKind.Put, true, null, "a");
        Assert.True(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, null)]));
        Assert.True(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, "a")]));
        Assert.False(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, "a"), Get(4, 5, null)]));
    }

    [Fact]
    public void Of_two_compare_and_sets_on_one_value_only_one_succeeds()
    {
        var first = new RegisterLinearizability.Entry(3, 6, false, OperationKind.CompareAndSet, true, "a", "b");
        var second = new RegisterLinearizability.Entry(4, 7, false, OperationKind.CompareAndSet, true, "a", "c");
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), first, second]));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), first, second with { Succeeded = false }]));
    }

    private static RegisterLinearizability.Entry Put(long invoked, long answered, string value) => new(invoked, answered, false, OperationKind.Put, true, null, value);

    private static RegisterLinearizability.Entry Get(long invoked, long answered, string? value) => new(invoked, answered, false, OperationKind.Get, value is not null, null, value);
}
