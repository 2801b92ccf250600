using KvStore.Grains.Placement;

namespace KvStore.Grains.Tests;

public sealed class HeldReplicasTests
{
    [Theory]
    [InlineData("replica-0", 0, 0)]
    [InlineData("replica-12", 12, 12)]
    [InlineData("replicas-0-3", 0, 3)]
    public void A_silos_name_says_what_it_holds(string name, int first, int last)
    {
        Assert.True(HeldReplicas.TryParse(name, out var held));
        Assert.Equal(new HeldReplicas(first, last), held);
        Assert.Equal(name, held.ToString());
        Assert.True(held.Has(first) && held.Has(last) && !held.Has(last + 1) && !held.Has(first - 1L));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Silo_1")]
    [InlineData("replica-")]
    [InlineData("replica--1")]
    [InlineData("replica- 1")]
    [InlineData("replicas-3-0")]
    [InlineData("replicas-3")]
    [InlineData("replica-99999999999")]
    public void Any_other_name_says_that_it_holds_none(string? name) => Assert.False(HeldReplicas.TryParse(name, out _));
}
