using KvStore.Api.Requests;

namespace KvStore.Api.OpenApi;

/// <summary>The operations on a key, under both forms of its path.</summary>
internal static class ValueDescriptions
{
    private const string AnyType = "*/*";

    /// <summary>All of them.</summary>
    public static IEnumerable<OperationEntry> All =>
    [
        .. Of("/v1/kv/{key}", "", "The key, percent-encoded UTF-8; '/' may stand plain. Segments '.' and '..' are refused.", "greeting"),
        .. Of("/v1/kvb/{key}", "Binary", "The key, any bytes, in base64url without padding.", "Z3JlZXRpbmc"),
    ];

    private static IEnumerable<OperationEntry> Of(string path, string suffix, string key, string example)
    {
        yield return Entry("GET", "get", it => Get(it.Path("key", key, example)));
        yield return Entry("PUT", "put", it => Put(it.Path("key", key, example)));
        yield return Entry("POST", "append", it => Append(it.Path("key", key, example)));
        yield return Entry("PATCH", "slice", it => Slice(it.Path("key", key, example)));
        yield return Entry("DELETE", "delete", it => Delete(it.Path("key", key, example)));

        OperationEntry Entry(string method, string id, Action<OperationDescription> describe) => new(method, path, id + suffix, OperationEntry.Values, describe);
    }

    private static void Get(OperationDescription it) => it
        .Says("Read a value, or a slice of it.", "The bytes as they were put. With `wait`, the answer comes when there is something new.")
        .Query("consistency", Consistencies())
        .Query("wait", Schemas.Formed(
            $"How long to wait, like 30s, 500ms or 30 (seconds), at most {ReadParameters.WaitMax.TotalSeconds}s. With If-None-Match: until the value is another one, or is deleted (404 at once); 304 after the wait. Without it: until the key is there; 404 after the wait.",
            "^[0-9]+(s|ms)?$"))
        .Header("If-None-Match", "Answer with 304 when the key's entity tag is among these.", "\"r42\"")
        .Header("If-Match", "Answer with 412 unless the key's entity tag is among these.", "\"r42\"")
        .Signed(hasBody: false)
        .Header("Range", "Which bytes: one range; several are answered with the whole. Has no meaning for HEAD.", "bytes=0-99")
        .Gives(StatusCodes.Status200OK, "The value, with the content type as it was put.", "ETag", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.Expires, "Accept-Ranges")
        .With(AnyType, null, "hello")
        .Gives(StatusCodes.Status206PartialContent, "The slice.", "ETag", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.Expires, "Content-Range", "Accept-Ranges")
        .With(AnyType, null, "hell")
        .Gives(StatusCodes.Status304NotModified, "The value is the one that If-None-Match names.", "ETag", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.Expires)
        .Refuses(Refusals.Get);

    private static void Put(OperationDescription it) => Conditions(it
            .Says("Replace a value.", "The body's bytes, whatever they are, and its content type. A time to live that an earlier put had ends with it.")
            .Query("ttl", Schemas.Number("After how many seconds the key expires, at most 3153600000.", 1)))
        .Signed(hasBody: true)
        .Takes(AnyType, null, "The value.", "hello")
        .Gives(StatusCodes.Status200OK, "Replaced.", Written)
        .Gives(StatusCodes.Status201Created, "Created.", Written)
        .Refuses(Refusals.Write);

    private static void Append(OperationDescription it) => Conditions(it
            .Says("Append to a value.", "Creates it when it is absent. The content type is kept when it is created.")
            .Header(KvHeaders.IfLength, "Refuse with 412 unless the value has this length; an absent one has 0.", "1024"))
        .Signed(hasBody: true)
        .Takes(AnyType, null, "What to append.", " world")
        .Gives(StatusCodes.Status200OK, "Appended.", [.. Written, KvHeaders.AppendOffset])
        .Gives(StatusCodes.Status201Created, "Created.", [.. Written, KvHeaders.AppendOffset])
        .Refuses(Refusals.Write);

    private static void Slice(OperationDescription it) => Conditions(it.Says("Keep a slice.", "The value becomes that slice of itself."))
        .Signed(hasBody: true)
        .Takes("application/vnd.kv.slice+json", Components.Slice, "Which slice.", """{"start":2,"end":5}""")
        .Gives(StatusCodes.Status200OK, "Done.", Written)
        .Refuses(Refusals.Slice);

    private static void Delete(OperationDescription it) => Conditions(it.Says("Delete a value.", "A key that is absent is not found."))
        .Signed(hasBody: false)
        .Gives(StatusCodes.Status204NoContent, "Deleted.", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.IdempotentReplayed)
        .Refuses(Refusals.Delete);

    private static OperationDescription Conditions(OperationDescription it) => it
        .Header("If-Match", "Refuse with 412 unless the key's entity tag is among these; * for any.", "\"r41\"")
        .Header("If-None-Match", "Refuse with 412 when the key's entity tag is among these; * to create only.", "*");

    /// <summary>The consistencies of a read.</summary>
    internal static Microsoft.OpenApi.OpenApiSchema Consistencies() => Schemas.Text(
        "How fresh and how certain: linearizable (the default) sees all that was acknowledged before; certified is ordered like a write; local is one replica's state, which may be old.",
        "linearizable", "certified", "local");

    private static string[] Written => ["ETag", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.Length, KvHeaders.Expires, KvHeaders.IdempotentReplayed];
}
