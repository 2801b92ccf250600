namespace KvStore.Deploy.Tests;

/// <summary>All that is made for a pool: by bootstrap/main.bicep, and by main.bicep with a file of parameters.</summary>
/// <param name="Name">The file of parameters.</param>
/// <param name="Parameters">What it gives.</param>
/// <param name="Made">What is made.</param>
public sealed record Pool(string Name, IReadOnlyDictionary<string, object?> Parameters, IReadOnlyList<Instance> Made)
{
    private const string Here = "/subscriptions/00000000-0000-0000-0000-000000000000";

    /// <summary>The replicas' names.</summary>
    public IReadOnlyList<string> Replicas => [.. ((IEnumerable<object?>)Parameters["replicas"]!).Select(static replica => (string)Instance.Find(replica, "id")!)];

    /// <summary>What is of one type.</summary>
    public IEnumerable<Instance> Of(string type) => Made.Where(made => made.Type == type);

    /// <summary>What each of the files makes.</summary>
    public static IEnumerable<Pool> All(TemplateSet set) => set.ParameterFiles.Select(file => Make(set, file));

    private static Pool Make(TemplateSet set, Template file)
    {
        var values = file.Parameters.ToDictionary(static parameter => parameter.Name, parameter => ParameterOf(file, parameter));
        var made = new List<Instance>();
        var bootstrap = new Dictionary<string, object?>
        {
            ["prefix"] = values["prefix"],
            ["replicas"] = values["replicas"],
            ["gatewayRegion"] = values["gatewayRegion"],
            ["repository"] = "example/kv",
            ["pool"] = "pool",
        };
        new Instantiation(set, set["bootstrap/main.bicep"], Here, "", bootstrap, made).Run();
        new Instantiation(set, set[file.Resolve(file.Using!)], Here, "", values, made).Run();
        return new Pool(file.Path, values, made);
    }

    private static object? ParameterOf(Template file, Declaration parameter) =>
        new Evaluator(
            name => throw new TemplateException($"{file.Path}: nothing is called {name}."),
            new Functions(Here, static (_, _) => (false, null), file.Path, Environment)).Of(parameter.Value!);

    // As the workflow sets them; each subscription is another one.
    private static string? Environment(string name) => name == "KV_GENESIS" ? null : $"{name.ToLowerInvariant()}-value";
}
