using System.ComponentModel;
using System.Diagnostics;

namespace KvStore.Api.Tests;

/// <summary>Programs that are not this project's: node, openssl, curl. Where one is missing, its test is skipped; .ci/run installs them.</summary>
internal static class ForeignProgram
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The scripts for node.</summary>
    public static string Scripts { get; } = Path.Combine(Root, "tests", "Api.Tests", "interop");

    /// <summary>The output of a command that ends well.</summary>
    public static async Task<string> Run(string command, string folder, Dictionary<string, string> environment, params string[] arguments)
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

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
