using System.Text.Json;

namespace KvStore.Cli.Tests;

/// <summary><c>kv txn</c>, <c>kv batch</c>, and what expires and is waited for.</summary>
public sealed class StepCommandTests(Kv kv) : IClassFixture<Kv>
{
    private const string CreateOnce =
        """{"if":[{"key":"{t}a","exists":false}],"then":[{"op":"put","key":"{t}a","value":"1"}],"else":[{"op":"get","key":"{t}a"}]}""";

    [Fact]
    public async Task A_transaction_does_one_branch_and_says_which()
    {
        using var first = JsonDocument.Parse(await kv.Output("txn", CreateOnce));
        Assert.True(first.RootElement.GetProperty("succeeded").GetBoolean());
        Assert.Equal("created", first.RootElement.GetProperty("results")[0].GetProperty("status").GetString());

        var second = await kv.Run("txn", CreateOnce);
        Assert.Equal(4, second.ExitCode);
        using var json = JsonDocument.Parse(second.Output);
        Assert.False(json.RootElement.GetProperty("succeeded").GetBoolean());
        Assert.Equal("1", json.RootElement.GetProperty("results")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_transaction_that_is_refused_does_nothing()
    {
        var refused = await kv.Run("txn", """{"then":[{"op":"put","key":"{u}a","value":"1"},{"op":"slice","key":"{u}b","start":9}]}""");
        Assert.Equal(3, refused.ExitCode);
        Assert.Equal(3, (await kv.Run("get", "{u}a")).ExitCode);
        var malformed = await kv.Run("txn", """{"then":[{"op":"nonsense","key":"a"}]}""");
        Assert.Equal(1, malformed.ExitCode);
        Assert.Contains("then[0].op", malformed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_comes_from_a_file_or_a_pipe_too()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, """{"then":[{"op":"put","key":"from","value":"file"}]}""", TestContext.Current.CancellationToken);
        await kv.Output("txn", "@" + file);
        File.Delete(file);
        Assert.Equal("file", await kv.Output("get", "from"));
        var piped = new Surroundings { Url = kv.Address.ToString(), Input = """{"then":[{"op":"append","key":"from","value":" and pipe"}]}""" };
        Assert.Equal(0, (await Kv.RunWith(piped, "txn")).ExitCode);
        Assert.Equal("file and pipe", await kv.Output("get", "from"));
    }

    [Fact]
    public async Task A_batch_does_what_it_can_and_ends_as_the_first_that_failed()
    {
        await kv.Output("put", "batch/a", "x");
        var run = await kv.Run("batch",
            """{"operations":[{"op":"put","key":"batch/a","value":"1","ifRevision":0},{"op":"put","key":"batch/b","value":"2"},{"op":"get","key":"none"}]}""");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("1 of 3 steps failed", run.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal("precondition-failed", json.RootElement.GetProperty("results")[0].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("2", await kv.Output("get", "batch/b"));
        var table = await kv.Output("batch", """{"operations":[{"op":"get","key":"batch/b"},{"op":"delete","key":"none"}]}""", "-o", "table");
        Assert.Contains("not-found", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_with_a_time_to_live_says_when_it_expires_and_is_gone_then()
    {
        using var put = JsonDocument.Parse(await kv.Output("put", "brief", "x", "--ttl", "1s", "-o", "json"));
        var expires = put.RootElement.GetProperty("expires").GetDateTimeOffset();
        Assert.InRange(expires, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1), TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.Contains("expires", (await kv.Run("put", "long", "x", "--ttl", "7d")).Error, StringComparison.Ordinal);
        using var got = JsonDocument.Parse(await kv.Output("get", "long", "-o", "json"));
        Assert.True(got.RootElement.TryGetProperty("expires", out _));

        // Time is that of batches, and each write makes one.
        Run run;
        do
        {
            await kv.Output("put", "other", "x");
            run = await kv.Run("get", "brief");
        }
        while (run.ExitCode == 0 && TimeProvider.System.GetUtcNow() < expires + TimeSpan.FromMinutes(1));
        Assert.Equal(3, run.ExitCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1500ms")]
    [InlineData("soon")]
    [InlineData("-5s")]
    public async Task A_time_to_live_that_is_none_is_refused(string time) => Assert.Equal(2, (await kv.Run("put", "key", "x", "--ttl=" + time)).ExitCode);

    [Fact]
    public async Task A_read_waits_until_something_is_new()
    {
        var revision = (await kv.Output("put", "waited", "1")).Trim();
        var same = await kv.Run("get", "waited", "--if-none-match", revision, "--wait", "50ms");
        Assert.Equal((4, ""), (same.ExitCode, same.Output));
        var waiting = kv.Output("get", "waited", "--if-none-match", revision, "--wait", "60s");
        await kv.Output("put", "waited", "2");
        Assert.Equal("2", await waiting);
    }
}
