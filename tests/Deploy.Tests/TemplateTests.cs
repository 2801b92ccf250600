namespace KvStore.Deploy.Tests;

/// <summary>The rules hold of the templates as they are.</summary>
public sealed class TemplateTests
{
    public static TheoryData<string> Rules => [.. Rule.All.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_templates_keep_the_rule(string rule)
    {
        var violations = Rule.All[rule].Violations(TemplateSet.Load()).ToList();
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    // What the rules look at is there: a set of nothing keeps every rule.
    [Fact]
    public void Every_file_of_parameters_makes_four_whole_replicas()
    {
        var pools = Pool.All(TemplateSet.Load()).ToList();
        Assert.Equal(["parameters/dev.bicepparam", "parameters/regional.bicepparam", "parameters/zonal.bicepparam"], pools.Select(static pool => pool.Name));
        foreach (var pool in pools)
        {
            Assert.Equal(4, pool.Replicas.Count);
            Assert.Equal(4, pool.Of("Microsoft.Compute/virtualMachines").Count());
            Assert.Equal(5, pool.Of("Microsoft.KeyVault/vaults").Count());
            Assert.Equal(4 * 4 + 4, pool.Of("Microsoft.Network/virtualNetworks/virtualNetworkPeerings").Count());
            Assert.Equal(4 * 2 + 1 + 5 * 2 + 4 * 2, pool.Of("Microsoft.Authorization/roleAssignments").Count());
        }
    }

    [Fact]
    public void With_one_subscription_each_nothing_of_a_replica_is_in_anothers()
    {
        var pool = Pool.All(TemplateSet.Load()).Single(static pool => pool.Name.Contains("regional", StringComparison.Ordinal));
        foreach (var replica in pool.Replicas)
        {
            var mine = pool.Made.Where(made => made.Owner == replica && made.Origin.StartsWith("modules/", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(mine);
            Assert.All(mine, made => Assert.StartsWith($"/subscriptions/kv_subscription_{replica}-value/", made.Id, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Machines_have_the_addresses_that_the_document_says()
    {
        var pool = Pool.All(TemplateSet.Load()).Single(static pool => pool.Name.Contains("zonal", StringComparison.Ordinal));
        var text = pool.Of("Microsoft.Network/networkInterfaces").SelectMany(static card => card.Texts());
        Assert.Equal(["10.40.0.4", "10.40.1.4", "10.40.2.4", "10.40.3.4"], text.Where(static each => each.StartsWith("10.40.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
