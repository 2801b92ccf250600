using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace KvStore.Deploy.Tests;

/// <summary>
/// What Azure publishes of one type of resource: its version, its properties and their values, from the program azmcp of the npm package @azure/mcp-linux-x64, which needs no network.
/// </summary>
internal sealed class ResourceSchema
{
    private readonly Dictionary<string, JsonElement> _types = new(StringComparer.Ordinal);
    private readonly JsonElement _resource;

    private ResourceSchema(JsonElement types)
    {
        _resource = types.EnumerateArray().First(static type => type.GetProperty("$type").GetString() == "Resource");
        foreach (var type in types.EnumerateArray()) _types.TryAdd(type.GetProperty("name").GetString()!, type);
    }

    /// <summary>The folder of the package.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Deploy.Tests", "schemas");

    /// <summary>The newest version that the program knows.</summary>
    public string Version => _resource.GetProperty("name").GetString()!.Split('@')[1];

    /// <summary>Asks the program; null when it has no schema of the type.</summary>
    public static async Task<ResourceSchema?> Of(string type)
    {
        var program = Path.Combine(Folder, "node_modules", "@azure", "mcp-linux-x64", "dist", "azmcp");
        var start = new ProcessStartInfo(program, ["bicepschema", "get", "--resource-type", type]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AZURE_MCP_COLLECT_TELEMETRY"] = "false";
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip("The schemas are not there: run 'npm ci' in tests/Deploy.Tests/schemas, on Linux for x64.");
        }

        var cancel = TestContext.Current.CancellationToken;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        await error;
        if (output.Contains("Unable to locate manifest resource", StringComparison.Ordinal) || !output.StartsWith('{')) return null;
        using var document = JsonDocument.Parse(output);
        return new ResourceSchema(document.RootElement.Clone().GetProperty("results").GetProperty("BicepSchemaResult"));
    }

    /// <summary>What of a resource the schema does not have.</summary>
    public IEnumerable<string> Violations(Instance made) =>
        Check(made.Origin, made.Body, _resource.GetProperty("bodyType"), except: ["parent", "scope", "apiVersion", "type", "id", "name"]);

    private IEnumerable<string> Check(string where, object? value, JsonElement type, string[] except)
    {
        if (value is not IReadOnlyDictionary<string, object?> members) yield break;
        var properties = PropertiesOf(type, members).ToDictionary(static property => property.GetProperty("name").GetString()!);
        foreach (var (name, property) in properties.Where(each => FlagsOf(each.Value).Contains("Required", StringComparison.Ordinal) && !members.ContainsKey(each.Key) && !except.Contains(each.Key)))
            yield return $"{where} lacks {name}.";
        foreach (var (name, member) in members)
        {
            if (except.Contains(name) && name == "name") continue;
            if (!properties.TryGetValue(name, out var property))
            {
                if (!type.TryGetProperty("additionalPropertiesType", out _)) yield return $"{where} has {name}, which {NameOf(type)} does not have.";
                continue;
            }

            if (FlagsOf(property).Contains("ReadOnly", StringComparison.Ordinal)) yield return $"{where}.{name} is for reading only.";
            foreach (var violation in CheckValue($"{where}.{name}", member, property.GetProperty("type").GetString()!)) yield return violation;
        }
    }

    private IEnumerable<string> CheckValue(string where, object? value, string type)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal) && !type.Contains('|', StringComparison.Ordinal))
            return value is IReadOnlyList<object?> items ? items.SelectMany(item => CheckValue(where, item, type[..^2])) : IsUnknown(value) ? [] : [$"{where} is no list."];
        if (_types.TryGetValue(type, out var of) && of.GetProperty("$type").GetString() != "Resource")
            return value is IReadOnlyDictionary<string, object?> ? Check(where, value, of, []) : IsUnknown(value) ? [] : [$"{where} is no {type}."];
        return type switch
        {
            "bool" => value is bool || IsUnknown(value) ? [] : [$"{where} is neither true nor false."],
            "int" => value is long || IsUnknown(value) ? [] : [$"{where} is no number."],
            "string" => value is string ? [] : [$"{where} is no text."],
            // The published list of machines' sizes ends years ago, and any other text is taken.
            _ when type.StartsWith("Basic_A0 | ", StringComparison.Ordinal) => value is string ? [] : [$"{where} is no size."],
            _ when type.Contains(" | ", StringComparison.Ordinal) => value is string text && !IsUnknown(value) && !type.Split(" | ").Contains(text) ? [$"{where} is '{text}', which is none of {type}."] : [],
            _ => [],
        };
    }

    // Where one property decides which others there are, its value chooses.
    private IEnumerable<JsonElement> PropertiesOf(JsonElement type, IReadOnlyDictionary<string, object?> members)
    {
        if (type.GetProperty("$type").GetString() != "DiscriminatedObject") return type.GetProperty("properties").EnumerateArray();
        var chosen = members.GetValueOrDefault(type.GetProperty("discriminator").GetString()!) as string;
        var element = type.GetProperty("elements").EnumerateArray().FirstOrDefault(each => each.GetProperty("name").GetString() == chosen);
        return element.ValueKind == JsonValueKind.Undefined ? type.GetProperty("baseProperties").EnumerateArray()
            : type.GetProperty("baseProperties").EnumerateArray().Concat(_types[element.GetProperty("type").GetString()!].GetProperty("properties").EnumerateArray());
    }

    private static bool IsUnknown(object? value) => value is string text && text.Contains('‹', StringComparison.Ordinal);

    private static string FlagsOf(JsonElement property) => property.TryGetProperty("flags", out var flags) ? flags.GetString()! : "";

    private static string NameOf(JsonElement type) => type.TryGetProperty("name", out var name) ? name.GetString()! : "it";
}
