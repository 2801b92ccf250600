using System.Text.Json;

namespace KvStore.Cli.Tests;

/// <summary><c>kv key</c>: files with keys.</summary>
public sealed class KeyTests : IDisposable
{
    private const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"; // RFC 8032 section 7.1, test 1.
    private const string PublicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-key-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_new_key_is_shown_by_its_public_part_and_written_for_its_owner_only()
    {
        var run = await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("me.json"), "--seed", Seed);
        Assert.Equal((0, PublicKey + "\n"), (run.ExitCode, run.Output));
        Assert.DoesNotContain(Seed, run.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File("me.json")));
        using var json = JsonDocument.Parse(await System.IO.File.ReadAllTextAsync(File("me.json"), TestContext.Current.CancellationToken));
        Assert.Equal("kv-key-2", json.RootElement.GetProperty("format").GetString());
        Assert.Equal(PublicKey, json.RootElement.GetProperty("publicKey").GetString());

        var show = await Kv.RunWith(new Surroundings { Key = File("me.json") }, "key", "show", "-o", "json");
        Assert.Equal($"{{\"publicKey\":\"{PublicKey}\",\"role\":\"client\",\"dev\":false}}\n", show.Output);
        Assert.Equal("", show.Error);
    }

    [Fact]
    public async Task Keys_are_random_unless_told_otherwise()
    {
        var first = await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("a"));
        var second = await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("b"));
        Assert.NotEqual(first.Output, second.Output);
        Assert.Equal(44, first.Output.Length);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_by_force()
    {
        await System.IO.File.WriteAllTextAsync(File("me.json"), "precious", TestContext.Current.CancellationToken);
        var refused = await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("me.json"));
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await System.IO.File.ReadAllTextAsync(File("me.json"), TestContext.Current.CancellationToken));

        Assert.Equal(0, (await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("me.json"), "--force", "--seed", Seed)).ExitCode);
        Assert.Equal(PublicKey + "\n", (await Kv.RunWith(new Surroundings(), "key", "show", "-f", File("me.json"))).Output);
        Assert.Single(Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File("me.json")));
    }

    [Fact]
    public async Task What_can_not_be_written_leaves_nothing_behind()
    {
        Directory.CreateDirectory(File("me.json"));
        foreach (var args in (string[][])[["key", "new", "-f", File("me.json"), "--force"], ["key", "new", "-f", File("none/me.json")]])
            Assert.Equal(1, (await Kv.RunWith(new Surroundings(), args)).ExitCode);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_used_with_a_warning()
    {
        if (OperatingSystem.IsWindows()) return; // It has other rights, which its folders give.
        await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("me.json"));
        System.IO.File.SetUnixFileMode(File("me.json"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var run = await Kv.RunWith(new Surroundings(), "key", "show", "-f", File("me.json"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("chmod 600", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"format":"kv-key-2","publicKey":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","privateSeed":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""")]
    [InlineData("""{"format":"kv-key-1","publicKey":"AAAAAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","privateSeed":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""")]
    [InlineData("""{"format":"kv-key-1","publicKey":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","privateSeed":"nWGxne"}""")]
    public async Task What_is_no_key_is_refused(string text)
    {
        await System.IO.File.WriteAllTextAsync(File("me.json"), text, TestContext.Current.CancellationToken);
        foreach (var args in (string[][])[["key", "show", "-f", File("me.json")], ["get", "key", "--key", File("me.json")]])
        {
            var run = await Kv.RunWith(new Surroundings(), args);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("kv key new", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("zz")]
    [InlineData("9d61")]
    public async Task A_seed_is_64_digits(string seed)
    {
        Assert.Equal(2, (await Kv.RunWith(new Surroundings(), "key", "new", "-f", File("me.json"), "--seed", seed)).ExitCode);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private string File(string name) => Path.Combine(_folder, name);
}
