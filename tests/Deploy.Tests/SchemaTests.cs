namespace KvStore.Deploy.Tests;

/// <summary>
/// Every property that the templates set is one that Azure publishes for that type and version, and no other is missing that must be there. Only with KV_BICEP_SCHEMAS=1: the schemas come in a
/// program of 140 MB for Linux on x64, which takes two seconds for each type.
/// </summary>
public sealed class SchemaTests
{
    // What the program has no schemas of (2.0.5): nothing but the rules above and the reader's eye has looked at these.
    private static readonly string[] _unknown =
    [
        "Microsoft.Insights/dataCollectionRuleAssociations", "Microsoft.Insights/dataCollectionRules", "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/metricAlerts",
        "Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    ];

    [Fact]
    public async Task What_is_made_has_the_properties_that_Azure_knows()
    {
        if (Environment.GetEnvironmentVariable("KV_BICEP_SCHEMAS") != "1")
            Assert.Skip("Only with KV_BICEP_SCHEMAS=1 and after 'npm ci' in tests/Deploy.Tests/schemas: the schemas are 140 MB and take a minute.");
        var made = Pool.All(TemplateSet.Load()).SelectMany(static pool => pool.Made).ToList();
        var violations = new List<string>();
        var unknown = new List<string>();
        foreach (var same in made.GroupBy(static each => each.Type).OrderBy(static type => type.Key, StringComparer.Ordinal))
        {
            var schema = await ResourceSchema.Of(same.Key);
            if (schema is null) unknown.Add(same.Key);
            else violations.AddRange(same.SelectMany(schema.Violations));
            if (schema is not null && schema.Version != same.First().ApiVersion) violations.Add($"{same.Key} is used at {same.First().ApiVersion}, and the schema is of {schema.Version}.");
        }

        Assert.True(violations.Count == 0, string.Join('\n', violations.Distinct()));
        Assert.Equal(_unknown, unknown.Order(StringComparer.Ordinal));
        Assert.True(made.Select(static each => each.Type).Distinct().Count() - unknown.Count >= 20);
    }

    [Fact]
    public async Task A_property_that_Azure_does_not_know_is_found()
    {
        if (Environment.GetEnvironmentVariable("KV_BICEP_SCHEMAS") != "1") Assert.Skip("Only with KV_BICEP_SCHEMAS=1.");
        var schema = (await ResourceSchema.Of("Microsoft.KeyVault/vaults"))!;
        var broken = TemplateSet.With("modules/vault.bicep", "enablePurgeProtection: true", "enablePurgeProtections: 'yes'\n    enableSoftDeletes: 1");
        var vault = Pool.All(broken).First().Of("Microsoft.KeyVault/vaults").First(static each => each.Owner != "");
        Assert.Contains(schema.Violations(vault), static violation => violation.Contains("enablePurgeProtections", StringComparison.Ordinal));
        var closed = TemplateSet.With("modules/vault.bicep", "publicNetworkAccess: 'Disabled'", "sku2: true\n    publicNetworkAccess: true");
        vault = Pool.All(closed).First().Of("Microsoft.KeyVault/vaults").First(static each => each.Owner != "");
        Assert.Equal(2, schema.Violations(vault).Count());
    }
}
