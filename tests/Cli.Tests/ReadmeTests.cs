using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KvStore.Cli.Tests;

/// <summary>
/// README's ten lines, read from README: each is typed into a shell against a fresh gateway, in order, and must print what its comment says, where
/// <c>…</c> stands for anything.
/// </summary>
public sealed partial class ReadmeTests(Kv kv) : IClassFixture<Kv>, IDisposable
{
    private const string DefaultAddress = "localhost:8080";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Shown = ["put", "append", "get", "get --range", "slice", "put --if-match", "txn", "key new", "--key", "bench"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kv-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Each_of_the_ten_lines_does_what_it_says()
    {
        var lines = Lines();
        Assert.InRange(lines.Count, 8, 14);
        foreach (var (command, prints) in lines)
        {
            var (exitCode, output, error) = await Type(command);
            Assert.True(exitCode == 0, $"{command}\n{output}\n{error}");
            var form = $"^{Regex.Escape(prints).Replace("…", ".*", StringComparison.Ordinal)}$";
            Assert.True(Regex.IsMatch(output.Trim(), form, RegexOptions.Singleline, _limit), $"{command}\nprinted: {output}\nREADME says: {prints}");
        }
    }

    [Fact]
    public void They_show_everything_that_there_is_to_show()
    {
        var all = Lines().Select(line => line.Command).ToList();
        Assert.All(Shown, words => Assert.Contains(all, command => words.Split(' ').All(word => command.Split(' ').Contains(word))));
    }

    private static List<(string Command, string Prints)> Lines()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var block = BlockForm().Match(readme).Groups["lines"].Value;
        return [.. block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => LineForm().Match(line)).Select(match =>
        {
            Assert.True(match.Success, "every line of the block has a comment that says what it prints");
            return (match.Groups["command"].Value, match.Groups["prints"].Value);
        })];
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private async Task<(int ExitCode, string Output, string Error)> Type(string command)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "kv.dll");
        var script = $"kv() {{ dotnet '{program}' \"$@\"; }}\n{command.Replace(DefaultAddress, kv.Address.Authority, StringComparison.Ordinal)}";
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["KV_URL"] = kv.Address.ToString();
        start.Environment.Remove("KV_KEY");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output, await error);
    }

    [GeneratedRegex("^```bash\n(?<lines>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BlockForm();

    [GeneratedRegex("^(?<command>.+?) {2,}# (?<prints>.+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineForm();
}
