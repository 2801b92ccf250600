using System.Text.Json;

namespace KvStore.Cli.Tests;

/// <summary>The commands on data, against a gateway.</summary>
public sealed class DataTests(Kv kv) : IClassFixture<Kv>
{
    [Fact]
    public async Task What_is_put_is_got_byte_by_byte_and_nothing_else_is_on_the_standard_output()
    {
        var put = await kv.Run("put", "greeting", "hello");
        Assert.Equal(0, put.ExitCode);
        Assert.Matches("^r[0-9]+\n$", put.Output);
        Assert.Contains("Created: 5 bytes.", put.Error, StringComparison.Ordinal);
        Assert.Equal("hello", await kv.Output("get", "greeting"));
    }

    [Fact]
    public async Task A_value_comes_from_the_command_line_a_pipe_or_a_file()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllBytesAsync(file, [0, 255, 10], TestContext.Current.CancellationToken);
        await kv.Output("put", "file", "@" + file);
        File.Delete(file);
        Assert.Equal([0, 255, 10], (await kv.Run("get", "file")).Bytes);

        var piped = new Surroundings { Url = kv.Address.ToString(), Input = "from a pipe\n" };
        Assert.Equal(0, (await Kv.RunWith(piped, "put", "pipe", "-")).ExitCode);
        Assert.Equal(0, (await Kv.RunWith(piped, "append", "pipe")).ExitCode);
        Assert.Equal("from a pipe\nfrom a pipe\n", await kv.Output("get", "pipe"));
    }

    [Fact]
    public async Task A_value_that_was_forgotten_does_not_empty_the_key()
    {
        await kv.Output("put", "kept", "value");
        var around = new Surroundings { Url = kv.Address.ToString(), Input = "" };
        Assert.Equal(2, (await Kv.RunWith(around, "put", "kept")).ExitCode);
        Assert.Equal(2, (await Kv.RunWith(around with { Input = null }, "put", "kept")).ExitCode);
        Assert.Equal("value", await kv.Output("get", "kept"));
        Assert.Equal(0, (await Kv.RunWith(around, "put", "kept", "-")).ExitCode);
        Assert.Equal("", await kv.Output("get", "kept"));
    }

    [Fact]
    public async Task Compare_and_set_and_create_only()
    {
        var first = (await kv.Output("put", "cas", "1", "--create")).Trim();
        var second = (await kv.Output("put", "cas", "2", "--if-match", first)).Trim();
        var late = await kv.Run("put", "cas", "3", "--if-match", first);
        Assert.Equal(4, late.ExitCode);
        Assert.Equal("", late.Output);
        Assert.Contains($"--if-match {second}", late.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await kv.Run("put", "cas", "3", "--create")).ExitCode);
        Assert.Equal(4, (await kv.Run("delete", "cas", "--if-match", first)).ExitCode);
        Assert.Equal(4, (await kv.Run("append", "cas", "x", "--if-length", "9")).ExitCode);
        Assert.Equal("2", await kv.Output("get", "cas"));
        Assert.Equal(0, (await kv.Run("delete", "cas", "--if-match", $"\"{second}\"")).ExitCode);
    }

    [Fact]
    public async Task Append_and_slice()
    {
        await kv.Output("append", "log", "abc");
        var append = await kv.Run("append", "log", "def", "--if-length", "3");
        Assert.Contains("6 bytes, appended at 3.", append.Error, StringComparison.Ordinal);
        Assert.Equal("bcd", await kv.Output("get", "log", "--range", "1-3"));
        Assert.Equal("ef", await kv.Output("get", "log", "--range", "-2"));
        await kv.Output("slice", "log", "2", "5");
        Assert.Equal("cde", await kv.Output("get", "log"));
        await kv.Output("slice", "log", "1");
        Assert.Equal("de", await kv.Output("get", "log"));
        Assert.Equal(1, (await kv.Run("slice", "log", "7")).ExitCode);
        Assert.Equal(1, (await kv.Run("get", "log", "--range", "9-")).ExitCode);
    }

    [Fact]
    public async Task An_absent_key_is_not_found()
    {
        foreach (var args in (string[][])[["get", "absent"], ["delete", "absent"], ["slice", "absent", "1"]])
        {
            var run = await kv.Run(args);
            Assert.Equal(3, run.ExitCode);
            Assert.Equal("", run.Output);
            Assert.Contains("'kv list'", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("../x/.")]
    [InlineData("a b/ü?#%&+")]
    [InlineData("//")]
    [InlineData("%2e%2e")]
    [InlineData("b64:x")]
    [InlineData("tab\tand\nline")]
    public async Task Any_text_can_be_a_key(string key)
    {
        await kv.Output("put", key, key);
        Assert.Equal(key, await kv.Output("get", key));
        using var json = JsonDocument.Parse(await kv.Output("get", key, "-o", "json"));
        Assert.Equal(key, json.RootElement.GetProperty("key").GetString());
        Assert.Equal(key, json.RootElement.GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_content_type_is_kept()
    {
        await kv.Output("put", "typed", "{}", "--content-type", "application/json");
        using var json = JsonDocument.Parse(await kv.Output("get", "typed", "-o", "json"));
        Assert.Equal("application/json", json.RootElement.GetProperty("contentType").GetString());
    }
}
