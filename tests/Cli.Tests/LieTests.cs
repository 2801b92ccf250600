using KvStore.Simulator;

namespace KvStore.Cli.Tests;

/// <summary><c>--lie</c>: for development only, and only what there is.</summary>
public sealed class LieTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-lie-").FullName;

    private string Node => Path.Combine(_folder, "pool", "node0");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_whose_key_is_not_for_development_does_not_lie_however_it_is_told_to()
    {
        await GenerateAsync();
        foreach (var (surroundings, more) in ((Surroundings, string[])[])
        [
            (new Surroundings(), ["--lie", "Mute"]),
            (new Surroundings { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["KV_LIE"] = "Mute" } }, []),
        ])
        {
            var refused = await Kv.RunWith(surroundings, ["node", "start", "--dir", Node, .. more]);
            Assert.Equal(ExitCodes.Error, refused.ExitCode);
            Assert.Contains("not marked as made for development", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_no_lie_is_refused_with_those_that_there_are()
    {
        await GenerateAsync("--dev");
        foreach (var wrong in (string[][])[["node", "start", "--dir", Node, "--lie", "Mute,Boast"], ["dev", "--lie", "0=Boast"]])
        {
            var refused = await Kv.RunWith(new Surroundings(), wrong);
            Assert.Equal(ExitCodes.Usage, refused.ExitCode);
            Assert.Contains("'Boast' is no way to lie", refused.Error, StringComparison.Ordinal);
            Assert.Contains("Equivocate", refused.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Mute")]
    [InlineData("x=Mute")]
    [InlineData("-1=Mute")]
    [InlineData("0=")]
    [InlineData("4=Mute")]
    public async Task A_node_that_is_none_or_lies_about_nothing_is_refused(string given) =>
        Assert.Equal(ExitCodes.Usage, (await Kv.RunWith(new Surroundings(), "dev", "--lie", given)).ExitCode);

    [Fact]
    public async Task No_node_is_given_two_sets_of_lies() =>
        Assert.Equal(ExitCodes.Usage, (await Kv.RunWith(new Surroundings(), "dev", "--lie", "0=Mute", "--lie", "0=Slow")).ExitCode);

    [Fact]
    public void Every_lie_of_the_simulator_has_a_name_here_and_case_does_not_matter()
    {
        Assert.Empty(Enum.GetNames<Lie>().Except(NamedLies.All, StringComparer.Ordinal));
        Assert.True(NamedLies.TryRead("falsify, MUTE", out var faults, out _));
        Assert.Equal(["Falsify", "Mute"], faults.Names);
        Assert.False(NamedLies.TryRead("falsify,", out _, out var unknown));
        Assert.Equal("", unknown);
    }

    private async Task GenerateAsync(params string[] more)
    {
        var made = await Kv.RunWith(new Surroundings(), ["cluster", "generate", "--dir", Path.Combine(_folder, "pool"), .. more]);
        Assert.True(made.ExitCode == ExitCodes.Ok, made.Error);
    }
}
