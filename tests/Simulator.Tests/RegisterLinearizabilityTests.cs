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
        var lost = RegisterEntry.Perhaps(1, Write("a"));
        Assert.True(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, null)]));
        Assert.True(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, "a")]));
        Assert.False(RegisterLinearizability.IsLinearizable([lost, Get(2, 3, "a"), Get(4, 5, null)]));
    }

    [Fact]
    public void Of_two_compare_and_sets_on_one_value_only_one_succeeds()
    {
        var first = new RegisterStep(OperationKind.CompareAndSet, Succeeded: true, "a", "b");
        var second = new RegisterStep(OperationKind.CompareAndSet, Succeeded: true, "a", "c");
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), Done(3, 6, first), Done(4, 7, second)]));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), Done(3, 6, first), Done(4, 7, second with { Succeeded = false })]));
    }

    [Fact]
    public void The_steps_of_a_transaction_happen_at_once()
    {
        var swap = Done(3, 6, Read("a"), Write("b"), Read("b"), Write("c"));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), swap, Get(4, 5, "c")]));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), swap, Get(4, 5, "a")]));
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), swap, Get(4, 5, "b")]));
    }

    [Fact]
    public void A_transaction_without_an_answer_may_have_taken_either_branch()
    {
        var lost = new RegisterEntry(3, long.MaxValue, IsOptional: true, [[Write("b")], [Write("c")]]);
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), lost, Get(4, 5, "b")]));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), lost, Get(4, 5, "c")]));
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), lost, Get(4, 5, "b"), Get(6, 7, "c")]));
    }

    [Fact]
    public void A_value_that_expires_is_gone_for_good()
    {
        var expiry = RegisterEntry.Perhaps(1, new RegisterStep(OperationKind.CompareAndSet, Succeeded: true, "a"));
        Assert.True(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), expiry, Get(3, 4, "a"), Get(5, 6, null)]));
        Assert.False(RegisterLinearizability.IsLinearizable([Put(1, 2, "a"), expiry, Get(3, 4, null), Get(5, 6, "a")]));
    }

    private static RegisterStep Write(string value) => new(OperationKind.Put, Succeeded: true, Value: value);

    private static RegisterStep Read(string? value) => new(OperationKind.Get, Succeeded: true, value);

    private static RegisterEntry Done(long invoked, long answered, params ReadOnlySpan<RegisterStep> steps) => RegisterEntry.Certain(invoked, answered, steps);

    private static RegisterEntry Put(long invoked, long answered, string value) => Done(invoked, answered, Write(value));

    private static RegisterEntry Get(long invoked, long answered, string? value) => Done(invoked, answered, Read(value));
}
