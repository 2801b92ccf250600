using System.Net;

namespace KvStore.Api.Tests;

/// <summary>What README.md shows with curl, in its order.</summary>
public sealed class ShowTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Key = "/v1/kv/greeting";

    [Fact]
    public async Task The_tour_of_the_readme()
    {
        using var put = await gateway.Put(Key, "hello");
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        var first = put.Header("ETag")!;
        Assert.Equal("\"r1\"", first);

        Assert.Equal("hello", await gateway.Get(Key).Body());

        using var append = await gateway.Post(Key, " world");
        Assert.Equal(HttpStatusCode.OK, append.StatusCode);
        Assert.Equal("5", append.Header("Kv-Append-Offset"));
        Assert.Equal("11", append.Header("Kv-Length"));

        using var slice = await gateway.Get(Key, "Range: bytes=0-4");
        Assert.Equal(HttpStatusCode.PartialContent, slice.StatusCode);
        Assert.Equal("hello", await slice.Body());

        await gateway.Put(Key, "late", $"If-Match: {first}").Problem(412, "precondition-failed");
        await gateway.Put(Key, "late", "If-None-Match: *").Problem(412, "precondition-failed");
        await gateway.Get(Key, "Range: bytes=100-").Problem(416, "range-not-satisfiable");

        using var delete = await gateway.Delete(Key);
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Assert.Equal("3", delete.Header("Kv-Revision"));

        using var gone = await gateway.Get(Key);
        await gone.Problem(404, "not-found");
        Assert.Equal("3", gone.Header("Kv-Revision"));
    }
}
