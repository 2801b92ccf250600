using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KvStore.Cli.Tests;

/// <summary>The built program, as a process of its own with a time limit.</summary>
public sealed partial class ProcessTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_program_serves_in_one_process_and_is_used_from_another()
    {
        using var dev = Start([], "dev", "--urls", "http://127.0.0.1:0");
        try
        {
            var url = await AddressOf(dev);
            Assert.Equal(0, (await Finish(Start([("KV_URL", url)], "put", "key", "value"))).ExitCode);
            var got = await Finish(Start([("KV_URL", url)], "get", "key"));
            Assert.Equal((0, "value", ""), got);
        }
        finally
        {
            dev.Kill();
        }

        Assert.Equal("", await dev.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        var (exitCode, output, _) = await Finish(Start([], "--help"));
        Assert.Equal(0, exitCode);
        foreach (var command in (string[])["dev", "put", "get", "append", "slice", "delete", "list", "txn", "batch", "request", "key", "cluster", "node", "status", "bench", "completion", "sim"])
            Assert.Contains($"\n  {command} ", output, StringComparison.Ordinal);
    }

    private static Process Start((string Name, string Value)[] environment, params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "kv.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<(int ExitCode, string Output, string Error)> Finish(Process process)
    {
        using (process)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(_limit);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
    }

    private static async Task<string> AddressOf(Process dev)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        while (await dev.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (ListeningForm().Match(line) is { Success: true } match) return match.Groups["url"].Value;
        }

        throw new InvalidOperationException("It ended before it served.");
    }

    [GeneratedRegex("Now listening on: (?<url>http://\\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ListeningForm();
}
