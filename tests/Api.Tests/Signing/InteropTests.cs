using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KvStore.Api.Tests;

/// <summary>
/// Clients that are not written in this project: the npm package http-message-sig with WebCrypto, and openssl with curl as docs/http-signatures.md has it.
/// Where the tools are missing these tests are skipped; .ci/run installs them.
/// </summary>
public sealed class InteropTests
{
    [Fact]
    public async Task A_client_with_http_message_sig_is_understood_and_nothing_forged_is()
    {
        var folder = Path.Combine(Root(), "tests", "Api.Tests", "interop");
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) Assert.Skip("Run 'npm ci' in tests/Api.Tests/interop first.");
        await using var cluster = await SharedCluster.Start(gateways: 2);
        var output = await Run("node", folder, new() { ["KV_URLS"] = $"{cluster[0].Address} {cluster[1].Address}" }, "check.mjs");

        // Each line is one thing that was tried, so a script that does nothing does not pass.
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
        Assert.True(lines.Length >= 20, output);
        Assert.Equal("line;", await cluster[1].Get("/v1/kv/interop/log").Body());
    }

    [Fact]
    public async Task The_documents_commands_work()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "http-signatures.md"), TestContext.Current.CancellationToken);
        var script = Regex.Match(document, "```bash\n(?<script>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["script"].Value;
        Assert.NotEmpty(script);
        var folder = Directory.CreateTempSubdirectory("kv-signatures");
        try
        {
            await Run("openssl", folder.FullName, [], "version");
            await Run("curl", folder.FullName, [], "--version");
            await using var cluster = await SharedCluster.Start(gateways: 1);
            var output = await Run("bash", folder.FullName, new() { ["KV_URL"] = cluster[0].Address.GetLeftPart(UriPartial.Authority) }, "-eu", "-o", "pipefail", "-c", script);
            Assert.Contains("HTTP/1.1 201 Created", output, StringComparison.Ordinal);
            Assert.Equal("hello", await cluster[0].Get("/v1/kv/greeting").Body());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The output of a command that ends well. It is skipped when there is no such command.
    private static async Task<string> Run(string command, string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip($"'{command}' is not installed.");
        }

        var cancel = TestContext.Current.CancellationToken;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"{command} ended with {process.ExitCode}:\n{output}{await error}");
        return output;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
