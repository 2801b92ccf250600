using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace KvStore.Deploy.Tests;

/// <summary>What parser/parse.mjs says of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Errors">What of it is no Bicep, or no YAML; with the line.</param>
/// <param name="Tree">A template's syntax.</param>
/// <param name="Value">A YAML file's value.</param>
public sealed record ParsedFile(string Path, IReadOnlyList<string> Errors, BicepNode? Tree, JsonElement? Value);

/// <summary>
/// The grammar of tree-sitter-bicep, in a Node process. It is a grammar and not the compiler: it takes some texts that the compiler refuses (types, unknown names). Where Node or the
/// packages are missing, the tests are skipped and say why; .ci/run installs them.
/// </summary>
internal static class BicepParser
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { MaxDepth = 512 };

    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "Deploy.Tests", "parser");

    /// <summary>Parses files.</summary>
    public static IReadOnlyList<ParsedFile> Parse(IEnumerable<(string Path, string Text)> files)
    {
        if (!Directory.Exists(Path.Combine(_folder, "node_modules")))
            Assert.Skip("The templates are not looked at: the packages of their grammar are missing. Run 'npm ci --ignore-scripts' in tests/Deploy.Tests/parser.");
        var start = new ProcessStartInfo("node", ["parse.mjs"])
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip("The templates are not looked at: Node.js is not installed.");
        }

        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        JsonSerializer.Serialize(process.StandardInput.BaseStream, files.Select(static file => new { path = file.Path, text = file.Text }));
        process.StandardInput.Close();
        var parsed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"parse.mjs ended with {process.ExitCode}: {error.GetAwaiter().GetResult()}");
        return JsonSerializer.Deserialize<List<ParsedFile>>(parsed, _options)!;
    }
}
