using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace KvStore.Api.Tests;

/// <summary>Where the gateway serves, and what it says when it can't.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("--urls http://h:1", "http://h:2", "http://h:3", "http://h:1")]
    [InlineData("--urls=http://h:1", null, null, "http://h:1")]
    [InlineData("", "http://h:2", "http://h:3", "http://h:2")]
    [InlineData("", null, "http://h:3", "http://h:3")]
    [InlineData("", " ", "", "http://127.0.0.1:8080")]
    public void The_command_line_wins_over_the_environment(string args, string? kv, string? aspNet, string urls)
    {
        var error = ApiOptions.TryRead(Split(args), name => name switch { "KV_URLS" => kv, "ASPNETCORE_URLS" => aspNet, _ => null }, out var options);
        Assert.Null(error);
        Assert.Equal(urls, options.Urls);
        Assert.Equal(4, options.Replicas);
    }

    [Theory]
    [InlineData("--replicas none")]
    [InlineData("--replicas 0")]
    [InlineData("--replicas 101")]
    [InlineData("--shards 0")]
    [InlineData("--shards 65")]
    [InlineData("--shards -1")]
    [InlineData("--port 80")]
    public void A_wrong_option_is_told(string args) => Assert.NotNull(ApiOptions.TryRead(Split(args), _ => null, out _));

    [Theory]
    [InlineData("", true)]
    [InlineData("--require-signed", false)]
    [InlineData("--require-signed --urls http://h:1", false)]
    [InlineData("--urls http://h:1 --require-signed", false)]
    public void A_flag_says_whether_unsigned_requests_are_taken(string args, bool allowed)
    {
        Assert.Null(ApiOptions.TryRead(Split(args), _ => null, out var options));
        Assert.Equal(allowed, options.AllowUnsigned);
        Assert.Equal(args.Contains("urls", StringComparison.Ordinal) ? "http://h:1" : ApiOptions.DefaultUrls, options.Urls);
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_with_an_error_and_not_with_a_crash()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var options = new ApiOptions { Urls = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}", LogLevel = LogLevel.None };
        Assert.Equal(1, await ApiHost.RunAsync(options, TestContext.Current.CancellationToken));
        Assert.Equal(1, await ApiHost.RunAsync(options with { Urls = "nonsense" }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_wrong_command_line_is_a_usage_error() => Assert.Equal(2, await ApiHost.RunAsync(["--replicas", "many"]));

    [Fact]
    public async Task A_group_of_seven_serves_as_well()
    {
        var gateway = new Gateway { Options = new ApiOptions { Urls = "http://127.0.0.1:0", LogLevel = LogLevel.Error, Replicas = 7 } };
        await gateway.InitializeAsync();
        await gateway.Fault(5, "stop");
        await gateway.Fault(6, "stop");
        await gateway.Put("/v1/kv/seven", "x").Is(HttpStatusCode.Created);
        await gateway.DisposeAsync();
    }

    private static string[] Split(string args) => args.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
