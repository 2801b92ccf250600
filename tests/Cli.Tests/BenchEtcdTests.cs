using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace KvStore.Cli.Tests;

/// <summary>The load against what speaks as etcd's JSON gateway does: base64 in, and no <c>kvs</c> out where there is no key.</summary>
public sealed class BenchEtcdTests
{
    [Fact]
    public async Task Members_of_etcd_are_put_to_and_read_from_and_nothing_is_signed()
    {
        var stored = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var etcd = builder.Build();
        etcd.Run(context => AnswerAsync(context, stored));
        await etcd.StartAsync(TestContext.Current.CancellationToken);
        var url = etcd.Urls.First();

        var run = await Kv.RunWith(
            new Surroundings(), "bench", "--etcd", $"{url},{url}", "--workload", "a", "--operations", "100", "--keys", "20", "--clients", "4", "--verification", "5ms", "-o", "json");
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(100, json.RootElement.GetProperty("operations").GetInt64());
        Assert.Empty(json.RootElement.GetProperty("errors").EnumerateObject());
        Assert.StartsWith("nothing", json.RootElement.GetProperty("signing").GetProperty("where").GetString(), StringComparison.Ordinal);
        Assert.Equal(20, stored.Count);
        Assert.All(stored, each => Assert.StartsWith("user", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(each.Key)), StringComparison.Ordinal));
        Assert.All(stored, each => Assert.Equal(128, Convert.FromBase64String(each.Value).Length));
    }

    [Fact]
    public async Task A_key_that_etcd_does_not_have_and_an_etcd_that_is_not_there_are_errors()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var etcd = builder.Build();
        etcd.Run(context => context.Response.WriteAsync("{}"));
        await etcd.StartAsync(TestContext.Current.CancellationToken);
        string[] load = ["--workload", "get", "--operations", "10", "--keys", "5", "--verification", "5ms"];
        var absent = await Kv.RunWith(new Surroundings(), ["bench", "--etcd", etcd.Urls.First(), .. load]);
        Assert.Equal(ExitCodes.Error, absent.ExitCode);
        Assert.Contains("not-found", absent.Output, StringComparison.Ordinal);

        var nobody = await Kv.RunWith(new Surroundings(), ["bench", "--etcd", $"http://127.0.0.1:{KvProcess.FreePorts(1)}", .. load]);
        Assert.Equal(ExitCodes.Error, nobody.ExitCode);
        Assert.Contains("not-answered", nobody.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--workload", "bcr")]
    [InlineData("--url", "http://127.0.0.1:1")]
    [InlineData("--shards", "2")]
    public async Task What_etcd_can_not_do_is_refused_before_anything_runs(string option, string value) =>
        Assert.Equal(ExitCodes.Usage, (await Kv.RunWith(new Surroundings(), "bench", "--etcd", "http://127.0.0.1:1", option, value)).ExitCode);

    private static async Task AnswerAsync(HttpContext context, ConcurrentDictionary<string, string> stored)
    {
        using var asked = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var key = asked.RootElement.GetProperty("key").GetString()!;
        if (context.Request.Path == "/v3/kv/put") stored[key] = asked.RootElement.GetProperty("value").GetString()!;
        await context.Response.WriteAsync(stored.TryGetValue(key, out var value) ? $$"""{"kvs":[{"key":"{{key}}","value":"{{value}}"}],"count":"1"}""" : "{}", context.RequestAborted);
    }
}
