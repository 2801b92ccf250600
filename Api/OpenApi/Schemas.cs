using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>Makes the schemas of what is written and read by hand.</summary>
internal static class Schemas
{
    /// <summary>A text.</summary>
    public static OpenApiSchema Text(string description, params ReadOnlySpan<string> values)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = description };
        if (values.IsEmpty) return schema;
        schema.Enum = [];
        foreach (var value in values) schema.Enum.Add(JsonValue.Create(value));
        return schema;
    }

    /// <summary>A text of a form.</summary>
    public static OpenApiSchema Formed(string description, string pattern)
    {
        var schema = Text(description);
        schema.Pattern = pattern;
        return schema;
    }

    /// <summary>A whole number of at least <paramref name="min"/>.</summary>
    public static OpenApiSchema Number(string description, int min = 0) =>
        new() { Type = JsonSchemaType.Integer, Format = "uint64", Description = description, Minimum = min.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    /// <summary>True or false.</summary>
    public static OpenApiSchema Truth(string description) => new() { Type = JsonSchemaType.Boolean, Description = description };

    /// <summary>A time.</summary>
    public static OpenApiSchema Time(string description) => new() { Type = JsonSchemaType.String, Format = "date-time", Description = description };

    /// <summary>Any bytes.</summary>
    public static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <summary>A list.</summary>
    public static OpenApiSchema List(IOpenApiSchema items, string description) => new() { Type = JsonSchemaType.Array, Items = items, Description = description };

    /// <summary>An object with these members and no others; those whose name ends in <c>?</c> may be left out.</summary>
    public static OpenApiSchema Object(string description, params ReadOnlySpan<(string Name, IOpenApiSchema Schema)> members)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = description,
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal),
            Required = new SortedSet<string>(StringComparer.Ordinal),
            AdditionalPropertiesAllowed = false,
        };
        foreach (var (name, member) in members)
        {
            schema.Properties.Add(name.TrimEnd('?'), member);
            if (!name.EndsWith('?')) schema.Required.Add(name);
        }

        return schema;
    }
}
