using System.Text.Json;
using System.Text.RegularExpressions;

namespace KvStore.Deploy.Tests;

/// <summary>What the compiler would see first, and what a reader would.</summary>
internal static partial class StructureRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("The grammar knows every line", static set => set.Errors),
        new("Every file that a template names is there", Named),
        new("Every parameter, variable and import is used", static set => set.All.SelectMany(Unused)),
        new("A module gets the parameters that it has", Given),
        new("No secret is given back", static set => set.All.SelectMany(Secrets)),
        new("Nobody hands secrets in", static set => set.All.SelectMany(SecretParameters)),
        new("One type has one version everywhere", Versions),
        new("Replicas are deployed one at a time", Batches),
        new("The linter's rules are errors", static _ => Linter(Repository.Text("deploy/bicep/bicepconfig.json"))),
    ];

    private static IEnumerable<string> Named(TemplateSet set)
    {
        foreach (var template in set.All)
        {
            var modules = template.Modules.Select(static module => module.Label).Concat(template.Using is { } of ? [of] : []);
            foreach (var path in modules.Where(path => set.Find(template.Resolve(path)) is null)) yield return $"{template.Path} names {path}, which is not there.";
            foreach (var import in template.Imports)
            {
                var from = set.Find(template.Resolve(import.First("string")!.Literal()!));
                var declared = from is null ? [] : from.Types.Concat(from.Functions).Concat(from.Variables);
                var exported = declared.Where(static each => each.Decorators.ContainsKey("export")).Select(static each => each.Name);
                foreach (var name in import.Named.Where(static part => part.Kind == "identifier").Select(static part => part.Text!).Except(exported))
                    yield return $"{template.Path} imports {name}, which is not exported there.";
            }
        }
    }

    private static IEnumerable<string> Unused(Template template)
    {
        if (template.IsParameters) return [];
        var imported = template.Imports.SelectMany(static import => import.Named).Where(static part => part.Kind == "identifier").Select(static part => part.Text!);
        var declared = template.Parameters.Concat(template.Variables.Where(static variable => !variable.Decorators.ContainsKey("export"))).Select(static each => each.Name).Concat(imported);
        var uses = template.Tree.Children.Where(static node => node.Kind != "import_functionality").SelectMany(static node => node.Identifiers()).GroupBy(static name => name)
            .ToDictionary(static name => name.Key, static name => name.Count());
        // The declaration itself is one, but for imports; a name that is given to a module's parameter of the same name stands there twice, of which the first is the module's.
        var names = template.Tree.All().Where(static node => node.Kind == "object_property").Select(static member => member.Named[0])
            .Where(static name => name.Kind == "identifier").GroupBy(static name => name.Text!).ToDictionary(static name => name.Key, static name => name.Count());
        return from name in declared
               let own = imported.Contains(name) ? 0 : 1
               where uses.GetValueOrDefault(name) - names.GetValueOrDefault(name) <= own
               select $"{template.Path}: {name} is not used.";
    }

    private static IEnumerable<string> Given(TemplateSet set)
    {
        foreach (var template in set.All)
        {
            if (template.Using is { } path && set.Find(template.Resolve(path)) is { } used)
            {
                foreach (var violation in Differences(template.Path, used, template.Parameters.Select(static parameter => parameter.Name))) yield return violation;
            }

            foreach (var module in template.Modules)
            {
                var given = module.Members.Where(static member => member.Name == "params").SelectMany(static member => Declaration.MembersOf(member.Value))
                    .Select(static member => member.Name);
                if (set.Find(template.Resolve(module.Label)) is not { } target) continue;
                foreach (var violation in Differences($"{template.Path}: {module.Name}", target, given)) yield return violation;
            }
        }
    }

    private static IEnumerable<string> Differences(string who, Template target, IEnumerable<string> given) =>
        given.Except(target.Parameters.Select(static parameter => parameter.Name)).Select(name => $"{who} gives {name}, which {target.Path} does not take.").Concat(
            target.Parameters.Where(static parameter => parameter.Node.First("=") is null).Select(static parameter => parameter.Name).Except(given)
                .Select(name => $"{who} does not give {name} to {target.Path}."));

    // Keys come from functions that list them, and from secrets' values; nothing that is named like one goes out either.
    private static IEnumerable<string> Secrets(Template template) =>
        from output in template.Outputs
        from node in output.Value!.All().Append(output.Node.First("identifier")!)
        where node.Kind is "identifier" or "property_identifier" && Secret().IsMatch(node.Text!)
        select $"{template.Path}: the output {output.Name} has {node.Text}.";

    private static IEnumerable<string> SecretParameters(Template template) =>
        from parameter in template.Parameters
        where parameter.Decorators.ContainsKey("secure") || (Secret().IsMatch(parameter.Name) && parameter.Name is not "certificateSecretId" and not "sshPublicKey")
        select $"{template.Path}: {parameter.Name} would be a secret in the hands of whoever deploys.";

    private static IEnumerable<string> Versions(TemplateSet set) =>
        from resource in set.All.SelectMany(static template => template.Resources)
        let label = resource.Label.Split('@')
        group label[^1] by label[0] into versions
        where versions.Distinct().Count() != 1
        select $"{versions.Key} has the versions {string.Join(", ", versions.Distinct())}.";

    private static IEnumerable<string> Batches(TemplateSet set) =>
        from module in set["main.bicep"].Modules
        where module.Label == "modules/replica.bicep"
        where module.Value!.Kind != "for_statement" || !module.Decorators.TryGetValue("batchSize", out var size) || size[0].Text != "1"
        select $"main.bicep: {module.Name} is deployed to several replicas at once.";

    /// <summary>Where a configuration of the linter lets something pass.</summary>
    internal static IEnumerable<string> Linter(string text)
    {
        using var config = JsonDocument.Parse(text);
        var rules = config.RootElement.GetProperty("analyzers").GetProperty("core").GetProperty("rules").EnumerateObject().ToList();
        foreach (var rule in rules.Where(static rule => rule.Value.GetProperty("level").GetString() != "error")) yield return $"bicepconfig.json: {rule.Name} is no error.";
        if (rules.Count < 20) yield return "bicepconfig.json has hardly any rules.";
    }

    [GeneratedRegex("^list[A-Z]|secret(?!sOfficer|sUser)|password|connectionString|primaryKey|secondaryKey|sasToken|[a-z]Key$|^key$", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Secret();
}
