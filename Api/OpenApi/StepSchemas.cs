using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>The schemas of steps, comparisons and their results.</summary>
internal static class StepSchemas
{
    private static readonly string[] _operations = ["put", "append", "slice", "delete", "get"];

    /// <summary>A step of a transaction.</summary>
    public static OpenApiSchema Step() => Schemas.Object("A step. It has 'key' or 'keyB64'; a put and an append have 'value' or 'valueB64'.", Members());

    /// <summary>An operation of a batch.</summary>
    public static OpenApiSchema BatchStep() => Schemas.Object(
        "An operation, like a step of a transaction, with a condition of its own.",
        [.. Members(), ("ifRevision?", Schemas.Number("The revision at which the key must have changed last; 0 when it must be absent."))]);

    /// <summary>A comparison.</summary>
    public static OpenApiSchema Comparison() => Schemas.Object("All that it says must hold, and it says something beside the key.",
        ("key?", Schemas.Text("The key, as text.")),
        ("keyB64?", Schemas.Text("The key, in base64url without padding.")),
        ("revision?", Schemas.Number("The revision at which the key last changed; 0 when it must be absent.")),
        ("exists?", Schemas.Truth("Whether the key must be there.")),
        ("value?", Schemas.Text("The value that it must have, as text.")),
        ("valueB64?", Schemas.Text("The value that it must have, in base64.")));

    /// <summary>How a step ended.</summary>
    public static OpenApiSchema Result(OpenApiDocument document) => Schemas.Object("How a step ended.",
        ("op", Schemas.Text("What was asked for.", _operations)),
        ("key?", Schemas.Text("The key, where it is text.")),
        ("keyB64?", Schemas.Text("The key in base64url, where it is not.")),
        ("shard?", Schemas.Number("Batches: the key's shard.")),
        ("status", Schemas.Text("How it ended. A get or delete of an absent key is not-found, and no error.", "ok", "created", "not-found", "not-modified", "error")),
        ("revision?", Schemas.Number("The revision at which the key last changed; of a delete, the one at which it was deleted.")),
        ("etag?", Schemas.Text("The key's entity tag.")),
        ("length?", Schemas.Number("The length of the whole value, in bytes.")),
        ("offset?", Schemas.Number("Append: where the appended bytes begin. Get of a range: where it begins.")),
        ("expires?", Schemas.Time("When the key expires.")),
        ("contentType?", Schemas.Text("Get: the content type as it was put.")),
        ("value?", Schemas.Text("Get: the value, or the range of it, where it is text.")),
        ("valueB64?", Schemas.Text("Get: the same in base64, where it is not.")),
        ("error?", new OpenApiSchemaReference(Components.Problem, document)));

    private static (string Name, IOpenApiSchema Schema)[] Members() =>
    [
        ("op", Schemas.Text("What to do.", _operations)),
        ("key?", Schemas.Text("The key, as text.")),
        ("keyB64?", Schemas.Text("The key, in base64url without padding.")),
        ("value?", Schemas.Text("Put, append: the bytes, as text.")),
        ("valueB64?", Schemas.Text("Put, append: the bytes, in base64.")),
        ("contentType?", Schemas.Text("Put, append: the content type to keep.")),
        ("ttl?", Schemas.Number("Put: after how many seconds the key expires.", 1)),
        ("ifLength?", Schemas.Number("Append: the length that the value must have; an absent one has 0.")),
        ("start?", Schemas.Number("Slice: the first byte that is kept.")),
        ("end?", Schemas.Number("Slice: the first byte after those that are kept.")),
        ("range?", Schemas.Formed("Get: which bytes, as in the header Range.", "^bytes=")),
    ];
}
