namespace KvStore.Deploy.Tests;

/// <summary>Something that must hold of the templates.</summary>
/// <param name="Name">It, as a sentence.</param>
/// <param name="Violations">Where it does not hold.</param>
public sealed record Rule(string Name, Func<TemplateSet, IEnumerable<string>> Violations)
{
    /// <summary>One that must hold of what is made with each file of parameters.</summary>
    internal static Rule OfPools(string name, Func<Deployed, IEnumerable<string>> violations) =>
        new(name, set => Pool.All(set).SelectMany(pool => violations(new Deployed(pool)).Select(violation => $"{pool.Name}: {violation}")));

    /// <summary>All rules, by their names.</summary>
    public static IReadOnlyDictionary<string, Rule> All { get; } =
        StructureRules.All.Concat(IsolationRules.All).Concat(PropertyRules.All).Append(NetworkRules.Ports).ToDictionary(static rule => rule.Name);
}
