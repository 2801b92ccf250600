using System.Net.Http.Headers;
using System.Text;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.Extensions.Logging;

namespace KvStore.Api.Tests;

/// <summary>A gateway with its cluster on a port of its own, and a client that speaks to it through a real socket. Nothing is replaced by a double.</summary>
public class Gateway : IAsyncLifetime
{
    private ApiHost? _host;
    private HttpClient? _client;

    /// <summary>Where it serves.</summary>
    public Uri Address => _host!.Address;

    /// <summary>The client.</summary>
    public HttpClient Client => _client!;

    /// <summary>How the gateway is to run.</summary>
    internal ApiOptions Options { get; init; } = Quiet;

    /// <summary>A free port, and no log but the bad news.</summary>
    internal static ApiOptions Quiet { get; } = new() { Urls = "http://127.0.0.1:0", LogLevel = LogLevel.Error };

    /// <summary>The cluster behind it; null for one of its own.</summary>
    internal InProcessCluster? Cluster { get; init; }

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(Options, Cluster, TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Ends the server and its cluster; the client stays.</summary>
    public async Task DisposeServer()
    {
        await _host!.DisposeAsync();
        _host = null;
    }

    /// <summary>Sends a request; headers are given as <c>Name: value</c>, and go out as they are.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string target, HttpContent? content = null, params string[] headers)
    {
        var request = new HttpRequestMessage(method, target) { Content = content };
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            if (!request.Headers.TryAddWithoutValidation(name, value)) content!.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> Get(string target, params string[] headers) => Send(HttpMethod.Get, target, null, headers);

    public Task<HttpResponseMessage> Put(string target, string body, params string[] headers) => Send(HttpMethod.Put, target, Text(body), headers);

    public Task<HttpResponseMessage> Post(string target, string body, params string[] headers) => Send(HttpMethod.Post, target, Text(body), headers);

    public Task<HttpResponseMessage> PostJson(string target, string json, params string[] headers) =>
        Send(HttpMethod.Post, target, new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), headers);

    public Task<HttpResponseMessage> Delete(string target, params string[] headers) => Send(HttpMethod.Delete, target, null, headers);

    public Task<HttpResponseMessage> Slice(string target, string json, params string[] headers) =>
        Send(HttpMethod.Patch, target, new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/vnd.kv.slice+json")), headers);

    /// <summary>Does something to a replica through <c>/v1/dev/faults</c>.</summary>
    public async Task Fault(int replica, string action, int shard = 0)
    {
        using var response = await Post("/v1/dev/faults", $$"""{"replica":{{replica}},"action":"{{action}}","shard":{{shard}}}""");
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
    }

    private static ByteArrayContent Text(string body) => new(Encoding.UTF8.GetBytes(body));
}

/// <summary>The same with several shards.</summary>
public sealed class ShardedGateway : Gateway
{
    /// <summary>How many shards there are.</summary>
    public const int Shards = 3;

    public ShardedGateway() => Options = Options with { Shards = Shards };

    /// <summary>A key that begins so and belongs to a shard.</summary>
    public static string KeyOn(int shard, string prefix)
    {
        var map = new ShardMap(Shards);
        for (var i = 0; ; i++)
        {
            var key = $"{prefix}{i}";
            if (map.ShardOf(Encoding.UTF8.GetBytes(key)).Number == shard) return key;
        }
    }
}
