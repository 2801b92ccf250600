using System.Text.Json.Serialization;

namespace KvStore.Deploy.Tests;

/// <summary>A node of a template's syntax, as parser/parse.mjs writes it.</summary>
/// <param name="Kind">The grammar's name for it; for operators and brackets their own text.</param>
/// <param name="Line">The line that it begins in, from 1.</param>
/// <param name="IsNamed">Whether it is more than an operator, bracket or comment.</param>
/// <param name="Text">A leaf's text.</param>
/// <param name="Parts">What it consists of, brackets and operators included; null for a leaf.</param>
public sealed record BicepNode(
    [property: JsonPropertyName("k")] string Kind,
    [property: JsonPropertyName("l")] int Line,
    [property: JsonPropertyName("n")] bool IsNamed,
    [property: JsonPropertyName("t")] string? Text,
    [property: JsonPropertyName("c")] IReadOnlyList<BicepNode>? Parts)
{
    /// <summary>Its parts; none for a leaf.</summary>
    [JsonIgnore]
    public IReadOnlyList<BicepNode> Children => Parts ?? [];

    /// <summary>Its parts without brackets, operators and comments.</summary>
    [JsonIgnore]
    public IReadOnlyList<BicepNode> Named => [.. Children.Where(static child => child.IsNamed)];

    /// <summary>It and all that it consists of.</summary>
    public IEnumerable<BicepNode> All() => Children.SelectMany(static child => child.All()).Prepend(this);

    /// <summary>The first part of a kind.</summary>
    public BicepNode? First(string kind) => Children.FirstOrDefault(child => child.Kind == kind);

    /// <summary>The text of a literal without interpolation; null for anything else.</summary>
    public string? Literal() => Kind != "string" || Children.Any(static part => part.Kind == "interpolation") ? null : TextOfString();

    /// <summary>Every name that is looked up in it.</summary>
    public IEnumerable<string> Identifiers() => All().Where(static node => node.Kind == "identifier").Select(static node => node.Text!);

    // An empty string is a leaf of two apostrophes.
    private string TextOfString() => string.Concat(Children.Select(Piece));

    /// <summary>A piece of a string as it is meant.</summary>
    public static string Piece(BicepNode part) => part.Kind switch
    {
        "string_content" => part.Text!,
        "escape_sequence" => part.Text switch { "\\n" => "\n", "\\r" => "\r", "\\t" => "\t", _ => part.Text![1..] },
        _ => "",
    };
}
