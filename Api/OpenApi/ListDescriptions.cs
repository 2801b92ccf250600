namespace KvStore.Api.OpenApi;

/// <summary>The listing.</summary>
internal static class ListDescriptions
{
    private const string Example = """
        {"revision":3,"shard":0,"total":2,"items":[{"key":"fruit/apple","etag":"\"r1\"","revision":1,"length":3,"value":"red"}],"next":"/v1/kv?prefix=fruit/&limit=1&count=true&after=ZnJ1aXQvYXBwbGU&at=r3"}
        """;

    /// <summary>All of them.</summary>
    public static IEnumerable<OperationEntry> All => [new("GET", "/v1/kv", "list", OperationEntry.Lists, Describe)];

    private static void Describe(OperationDescription it) => it
        .Says("List keys in order.",
            "Over all shards. The pages of one listing come from one revision of each shard: follow `next`, or the header Link, within a minute. Values are `value` where they are text, else `valueB64`.")
        .Query("prefix", Schemas.Text("Only keys that begin so; percent-encoded."))
        .Query("start", Schemas.Text("Only this key and later ones; percent-encoded."))
        .Query("end", Schemas.Text("Only keys before this one; percent-encoded."))
        .Query("after", Schemas.Text("Only keys after this one, which is in base64url without padding: what a page's link has."))
        .Query("at", Schemas.Text("The revisions that the page comes from: what a page's link has."))
        .Query("limit", Schemas.Number("Keys in the page, at most; a page may also end before, when its values are large.", 1))
        .Query("keysOnly", Schemas.Truth("Leave the values out."))
        .Query("count", Schemas.Truth("Say in `total` how many keys there are from the start of this page to the end of the listing."))
        .Query("consistency", ValueDescriptions.Consistencies())
        .Header("Accept", "application/x-ndjson for a line of JSON for each key.", "application/x-ndjson")
        .Signed(hasBody: false)
        .Gives(StatusCodes.Status200OK, "A page. Kv-Revision and Kv-Shard are there where there is one shard.", KvHeaders.Revision, KvHeaders.Shard, "Link")
        .With("application/json", Components.ListPage, Example)
        .With("application/x-ndjson", Components.ListItem)
        .Refuses(Refusals.List);
}
