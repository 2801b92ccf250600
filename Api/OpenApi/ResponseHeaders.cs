using Microsoft.OpenApi;

namespace KvStore.Api.OpenApi;

/// <summary>The headers of answers.</summary>
internal static class ResponseHeaders
{
    private const int TooManyRequests = 429;
    private const int Unavailable = 503;

    private static readonly string[] _names =
    [
        KvHeaders.Revision, KvHeaders.Shard, KvHeaders.Length, KvHeaders.AppendOffset, KvHeaders.Expires, KvHeaders.IdempotentReplayed, "ETag", "Link",
        "Content-Range", "Accept-Ranges", "Retry-After", "Allow", KvHeaders.AcceptSignature,
    ];

    /// <summary>Adds all to a document.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        foreach (var name in _names)
            document.AddComponent(name, new OpenApiHeader { Description = Describe(name), Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
    }

    /// <summary>Headers by their names.</summary>
    public static Dictionary<string, IOpenApiHeader>? Of(ReadOnlySpan<string> names, OpenApiDocument document)
    {
        if (names.IsEmpty) return null;
        var headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        foreach (var name in names) headers.Add(name, new OpenApiHeaderReference(name, document));
        return headers;
    }

    /// <summary>The headers of a problem with a status.</summary>
    public static Dictionary<string, IOpenApiHeader>? OfProblem(int status, OpenApiDocument document) => status switch
    {
        StatusCodes.Status401Unauthorized => Of([KvHeaders.AcceptSignature], document),
        StatusCodes.Status404NotFound => Of([KvHeaders.Revision, KvHeaders.Shard], document),
        StatusCodes.Status405MethodNotAllowed => Of(["Allow"], document),
        StatusCodes.Status412PreconditionFailed => Of(["ETag", KvHeaders.Revision, KvHeaders.Shard], document),
        StatusCodes.Status416RangeNotSatisfiable => Of(["Content-Range", KvHeaders.Revision, KvHeaders.Shard], document),
        TooManyRequests or Unavailable => Of(["Retry-After", KvHeaders.Shard], document),
        StatusCodes.Status504GatewayTimeout => Of(["Retry-After", KvHeaders.Shard], document),
        _ => null,
    };

    private static string Describe(string name) => name switch
    {
        KvHeaders.Revision => "The shard's revision: one for every change that was applied.",
        KvHeaders.Shard => "The shard that answered.",
        KvHeaders.Length => "The length of the value afterwards, in bytes.",
        KvHeaders.AppendOffset => "Where the appended bytes begin.",
        KvHeaders.Expires => "When the key expires, UTC; absent when it does not.",
        KvHeaders.IdempotentReplayed => "`true` when the request was executed before, and this is its first answer again.",
        KvHeaders.AcceptSignature => "What a signature of this request must cover, and with which parameters. RFC 9421 section 5.1.",
        "ETag" => "The key's entity tag: the revision at which it last changed, like \"r42\".",
        "Link" => "Where the next page is, with rel=\"next\"; absent on the last one.",
        "Content-Range" => "Which bytes of how many.",
        "Accept-Ranges" => "`bytes`.",
        "Retry-After" => "After how many seconds it is worth trying again.",
        "Allow" => "The methods that the path is there for.",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "A header that is not described."),
    };
}
