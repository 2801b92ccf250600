using System.Net;
using System.Net.Sockets;
using Azure.Core;
using Azure.Core.Pipeline;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure.Tests;

/// <summary>What a status, or the lack of one, is taken for. The service is a listener on this machine.</summary>
public sealed class StorePipelineTests : IDisposable
{
    private readonly HttpListener _service = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort()}/");
    private int _requests;

    public StorePipelineTests()
    {
        _service.Prefixes.Add(_address.AbsoluteUri);
        _service.Start();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(412)]
    [InlineData(413)]
    public async Task What_the_service_refuses_was_not_done(int status) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<StoreRefusedException>(() => Send(context => Answer(context, status)))).Status);

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_the_service_can_not_do_now_may_have_been_done_and_is_sent_once(int status)
    {
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Send(context =>
        {
            context.Response.AddHeader("Retry-After", "3");
            Answer(context, status);
        }));
        Assert.Equal(TimeSpan.FromSeconds(3), failure.RetryAfter);
        Assert.Equal(1, _requests);
    }

    [Fact]
    public async Task A_connection_that_ends_without_an_answer_settles_nothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var sent = Task.Run(() => StorePipeline.With(new NoAuthentication()).Send(RequestMethod.Post, address, new byte[] { 1 }).Dispose(), TestContext.Current.CancellationToken);
        using (var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        {
            _ = await connection.GetStream().ReadAsync(new byte[1000], TestContext.Current.CancellationToken);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => sent);
    }

    [Fact]
    public async Task A_request_says_its_version_and_its_date()
    {
        (string? Version, string? Date) said = default;
        await Send(context =>
        {
            said = (context.Request.Headers["x-ms-version"], context.Request.Headers["x-ms-date"]);
            Answer(context, 204);
        });
        Assert.Equal("2021-12-02", said.Version);
        Assert.EndsWith("GMT", said.Date, StringComparison.Ordinal);
    }

    public void Dispose() => _service.Close();

    private async Task Send(Action<HttpListenerContext> serve)
    {
        var pipeline = StorePipeline.With(new NoAuthentication());
        var sent = Task.Run(() => pipeline.Send(RequestMethod.Post, _address, new byte[] { 1 }).Dispose());
        while (await Task.WhenAny(sent, _service.GetContextAsync()) is Task<HttpListenerContext> came)
        {
            _requests++;
            serve(await came);
        }

        await sent;
    }

    private static void Answer(HttpListenerContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Close();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class NoAuthentication : HttpPipelineSynchronousPolicy;
}
