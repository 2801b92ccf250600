using System.Diagnostics;

namespace KvStore.Cli.Tests;

/// <summary><c>kv completion</c>: what shells are told.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Every_command_and_option_is_in_the_script(string shell)
    {
        var run = await Kv.RunWith(new Surroundings(), "completion", shell);
        Assert.Equal(0, run.ExitCode);
        foreach (var word in (string[])["put", "txn", "batch", "key", "new", "completion", "if-none-match", "consistency", "linearizable", "fish"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "txn batch put get")]
    [InlineData("key ", "new show")]
    [InlineData("key sh", "show")]
    [InlineData("get greeting --con", "--consistency")]
    [InlineData("get --consistency ", "linearizable certified local")]
    [InlineData("put -o ", "raw json table")]
    [InlineData("completion ", "bash zsh fish")]
    public async Task Bash_completes_what_can_follow(string line, string expected)
    {
        var script = (await Kv.RunWith(new Surroundings(), "completion", "bash")).Output;
        var words = ("kv " + line).Split(' ');
        var quoted = string.Join(' ', words.Select(word => $"'{word}'"));
        var completed = await Bash($"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={words.Length - 1}; _kv; echo \"${{COMPREPLY[*]}}\"");
        Assert.Subset(completed.Split(' ').ToHashSet(), expected.Split(' ').ToHashSet());
    }

    [Fact]
    public async Task Another_shell_is_refused() => Assert.Equal(2, (await Kv.RunWith(new Surroundings(), "completion", "csh")).ExitCode);

    private static async Task<string> Bash(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await error);
        return output.Trim();
    }
}
