namespace KvStore.Deploy.Tests;

/// <summary>A resource that a deployment would make, with its names and properties worked out as far as they can be without Azure.</summary>
/// <param name="Origin">The file and the symbol that it comes from.</param>
/// <param name="Owner">The replica in whose part of the deployment it is; empty for what is shared.</param>
/// <param name="Type">Its type, without the version.</param>
/// <param name="ApiVersion">The version of the type.</param>
/// <param name="Scope">The resource group or subscription that it is deployed to, as an id.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Body">All that is said of it.</param>
public sealed record Instance(string Origin, string Owner, string Type, string ApiVersion, string Scope, string Id, IReadOnlyDictionary<string, object?> Body)
{
    /// <summary>A property; null when it is not set.</summary>
    /// <param name="path">Names with '.' between them.</param>
    public object? this[string path] => Find(Body, path);

    /// <summary>Every text in it.</summary>
    public IEnumerable<string> Texts() => TextsIn(Body);

    /// <summary>A member of nested objects.</summary>
    public static object? Find(object? from, string path) =>
        path.Split('.').Aggregate(from, static (value, name) => value is IReadOnlyDictionary<string, object?> members ? members.GetValueOrDefault(name) : null);

    private static IEnumerable<string> TextsIn(object? value) => value switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object?> members => members.SelectMany(static member => TextsIn(member.Value).Prepend(member.Key)),
        IEnumerable<object?> items => items.SelectMany(TextsIn),
        _ => [],
    };
}

/// <summary>What a template calls by a symbol: something that is made elsewhere, or that only Azure knows more of.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Body">What is said of it.</param>
internal sealed record Reference(string Id, string Name, IReadOnlyDictionary<string, object?> Body);

/// <summary>A module that a template deploys: what it gives back.</summary>
/// <param name="Outputs">Its outputs.</param>
internal sealed record ModuleReference(IReadOnlyDictionary<string, object?> Outputs);

/// <summary>A template says something that makes no sense, or that these tests do not understand.</summary>
public sealed class TemplateException(string message) : Exception(message);
