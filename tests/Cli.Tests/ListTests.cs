using System.Text.Json;

namespace KvStore.Cli.Tests;

/// <summary><c>kv list</c> and <c>kv status</c>: what is printed for people and what for programs.</summary>
public sealed class ListTests(Kv kv) : IClassFixture<Kv>
{
    [Fact]
    public async Task In_a_pipe_a_list_is_a_key_a_line()
    {
        foreach (var key in (string[])["p/b", "p/a", "q"]) await kv.Output("put", key, "value");
        Assert.Equal("p/a\np/b\n", await kv.Output("list", "--prefix", "p/"));
        Assert.Equal("p/a\n", await kv.Output("list", "--prefix", "p/", "--limit", "1"));
    }

    [Fact]
    public async Task Lines_of_json_have_the_values_unless_only_keys_are_wanted()
    {
        await kv.Output("put", "j/a", "value");
        using var line = JsonDocument.Parse((await kv.Run("list", "--prefix", "j/", "-o", "json")).Lines.Single());
        Assert.Equal("value", line.RootElement.GetProperty("value").GetString());
        using var keyOnly = JsonDocument.Parse(await kv.Output("list", "--prefix", "j/", "-o", "json", "--keys-only"));
        Assert.False(keyOnly.RootElement.TryGetProperty("value", out _));
    }

    [Fact]
    public async Task A_list_goes_on_over_as_many_pages_as_there_are()
    {
        var value = new string('v', 900_000);
        var around = new Surroundings { Url = kv.Address.ToString(), Input = value };
        foreach (var i in Enumerable.Range(0, 6)) Assert.Equal(0, (await Kv.RunWith(around, "put", $"big/{i}")).ExitCode);
        Assert.Equal(6, (await kv.Run("list", "--prefix", "big/", "-o", "json")).Lines.Length);
        Assert.Equal(5, (await kv.Run("list", "--prefix", "big/", "-o", "json", "--limit", "5")).Lines.Length);
    }

    [Fact]
    public async Task A_table_can_not_be_drawn_on_by_what_somebody_put()
    {
        await kv.Output("put", "t/[red]x[/]", "\u001b[31mred [bold]");
        foreach (var isPipe in (bool[])[true, false])
        {
            var around = new Surroundings { Url = kv.Address.ToString(), IsOutputRedirected = isPipe, NoColor = "1" };
            var run = await Kv.RunWith(around, "list", "--prefix", "t/", "-o", "table");
            Assert.Equal(0, run.ExitCode);
            Assert.Contains("t/[red]x[/]", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', run.Output);
        }
    }

    [Fact]
    public async Task The_status_has_a_line_for_each_replica_and_no_colours_in_a_pipe()
    {
        var run = await kv.Run("status");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(4, run.Lines.Count(line => line.Contains("running", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', run.Output);
        using var json = JsonDocument.Parse(await kv.Output("status", "-o", "json"));
        Assert.Equal("memory", json.RootElement.GetProperty("storage").GetString());
    }
}
