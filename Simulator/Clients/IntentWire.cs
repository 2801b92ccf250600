using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>An intent as HTTP: what http-api.md says, written by hand, so that it is not the product's own idea of it.</summary>
internal static class IntentWire
{
    private const string SliceMediaType = "application/vnd.kv.slice+json";
    private const string JsonMediaType = "application/json";

    public static (OperationMethod Method, string Path, string Query, ImmutableArray<OperationHeaderField> Headers, string Body) Of(Intent intent)
    {
        var path = PathOf(intent.Key);
        var timeToLive = intent.TimeToLive > 0 ? $"?ttl={intent.TimeToLive}" : "";
        return intent.Kind switch
        {
            OperationKind.Get => (OperationMethod.Get, path, "", [], ""),
            OperationKind.Put => (OperationMethod.Put, path, timeToLive, Headers(intent.ContentType), intent.Value),
            OperationKind.Create => (OperationMethod.Put, path, timeToLive, [.. Headers(intent.ContentType), new(OperationHeader.IfNoneMatch, "*")], intent.Value),
            OperationKind.CompareAndSet => (OperationMethod.Put, path, timeToLive, [.. Headers(intent.ContentType), new(OperationHeader.IfMatch, $"\"r{intent.IfRevision}\"")], intent.Value),
            OperationKind.Append when intent.IfLength is { } length => (OperationMethod.Post, path, "", [.. Headers(intent.ContentType), new(OperationHeader.KvIfLength, $"{length}")], intent.Value),
            OperationKind.Append => (OperationMethod.Post, path, "", Headers(intent.ContentType), intent.Value),
            OperationKind.KeepSlice => (OperationMethod.Patch, path, "", Headers(SliceMediaType), $"{{\"start\":{intent.Start},\"end\":{intent.End}}}"),
            OperationKind.Delete => (OperationMethod.Delete, path, "", [], ""),
            OperationKind.List => (OperationMethod.Get, "/v1/kv", $"?prefix={intent.Key}", [], ""),
            OperationKind.Transaction => (OperationMethod.Post, "/v1/txn", "", Headers(JsonMediaType), Transaction(intent)),
            OperationKind.Batch => (OperationMethod.Post, "/v1/batch", "", Headers(JsonMediaType), $"{{\"operations\":{ListOf(intent.Then, Step)}}}"),
            _ => throw new InvalidOperationException($"An unknown kind of operation: {intent.Kind}."),
        };
    }

    // Braces have no place in a path.
    private static string PathOf(string key) => $"/v1/kv/{key.Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal)}";

    private static ImmutableArray<OperationHeaderField> Headers(string contentType) => contentType.Length == 0 ? [] : [new OperationHeaderField(OperationHeader.ContentType, contentType)];

    private static string Transaction(Intent intent)
    {
        var members = new List<string>();
        if (!intent.If.IsEmpty) members.Add($"\"if\":{ListOf(intent.If, Comparison)}");
        if (!intent.Then.IsEmpty) members.Add($"\"then\":{ListOf(intent.Then, Step)}");
        if (!intent.Else.IsEmpty) members.Add($"\"else\":{ListOf(intent.Else, Step)}");
        return $"{{{string.Join(',', members)}}}";
    }

    private static string ListOf<T>(IEnumerable<T> items, Func<T, string> write) => $"[{string.Join(',', items.Select(write))}]";

    private static string Comparison(Condition condition)
    {
        var text = new StringBuilder($"{{\"key\":\"{condition.Key}\"");
        if (condition.Revision is { } revision) text.Append($",\"revision\":{revision}");
        if (condition.Exists is { } exists) text.Append(exists ? ",\"exists\":true" : ",\"exists\":false");
        if (condition.Value is { } value) text.Append($",\"value\":\"{value}\"");
        return text.Append('}').ToString();
    }

    private static string Step(Intent step)
    {
        var (name, rest) = step.Kind switch
        {
            OperationKind.Get => ("get", ""),
            OperationKind.Put => ("put", Written(step)),
            OperationKind.Create => ("put", $"{Written(step)},\"ifRevision\":0"),
            OperationKind.CompareAndSet => ("put", $"{Written(step)},\"ifRevision\":{step.IfRevision}"),
            OperationKind.Append => ("append", $",\"valueB64\":\"{Convert.ToBase64String(Encoding.ASCII.GetBytes(step.Value))}\"{(step.IfLength is { } length ? $",\"ifLength\":{length}" : "")}"),
            OperationKind.KeepSlice => ("slice", $",\"start\":{step.Start},\"end\":{step.End}"),
            OperationKind.Delete => ("delete", ""),
            _ => throw new InvalidOperationException($"This is no step: {step.Kind}."),
        };
        return $"{{\"op\":\"{name}\",\"key\":\"{step.Key}\"{rest}}}";
    }

    private static string Written(Intent step)
    {
        var text = new StringBuilder($",\"value\":\"{step.Value}\"");
        if (step.ContentType.Length > 0) text.Append($",\"contentType\":\"{step.ContentType}\"");
        if (step.TimeToLive > 0) text.Append($",\"ttl\":{step.TimeToLive}");
        return text.ToString();
    }
}
