using System.Net;

namespace KvStore.Api.Tests;

/// <summary>More requests at a time than a session has room for: protocol.md section 4 gives one 1,024.</summary>
public sealed class LoadTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Three_thousand_writes_at_once_are_all_done_once()
    {
        const int writes = 3000;
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1500 };
        using var client = new HttpClient(handler) { BaseAddress = gateway.Address };
        var statuses = await Task.WhenAll(Enumerable.Range(0, writes).Select(async i =>
        {
            using var response = await client.PostAsync($"/v1/kv/load/{i % 100}", new ByteArrayContent("x"u8.ToArray()), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));
        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created));
        var page = await gateway.Get("/v1/kv?prefix=load/&keysOnly=1").Json();
        Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.Equal(writes / 100, item.GetProperty("length").GetInt32()));
    }
}
