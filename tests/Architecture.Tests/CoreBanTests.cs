namespace KvStore.Architecture.Tests;

/// <summary>Determinism is compiled in; these tests hold that the bans are switched on and complete.</summary>
public sealed class CoreBanTests
{
    private static readonly string[] CoreProjects = ["Protocol", "Consensus", "StateMachine"];

    private static readonly string[] Deterministic =
    [
        "T:System.Random", "T:System.Guid", "T:System.Security.Cryptography.RandomNumberGenerator", "T:System.DateTime", "T:System.DateTimeOffset",
        "T:System.TimeProvider", "T:System.Diagnostics.Stopwatch", "P:System.Environment.TickCount", "P:System.Environment.TickCount64",
        "T:System.Threading.Tasks.Task", "T:System.Threading.Tasks.Task`1", "T:System.Threading.Tasks.ValueTask", "T:System.Threading.Tasks.ValueTask`1",
        "T:System.Threading.Tasks.Parallel", "T:System.Threading.Thread", "T:System.Threading.ThreadPool", "T:System.Threading.Timer",
        "T:System.Threading.Lock", "T:System.Threading.Monitor", "T:System.IO.File", "T:System.IO.FileStream", "T:System.IO.Directory",
        "T:System.Net.Sockets.Socket", "T:System.Console", "T:System.Environment", "T:System.HashCode", "M:System.String.GetHashCode",
        "T:System.Double", "T:System.Single", "T:System.Collections.Generic.HashSet`1", "T:System.Collections.Generic.Dictionary`2",
        "T:System.Collections.Concurrent.ConcurrentDictionary`2", "T:System.Collections.Immutable.ImmutableDictionary`2",
        "T:System.Collections.Immutable.ImmutableHashSet`1", "P:System.Globalization.CultureInfo.CurrentCulture",
    ];

    private static readonly string[] Blocking =
    [
        "P:System.Threading.Tasks.Task`1.Result", "P:System.Threading.Tasks.ValueTask`1.Result", "M:System.Threading.Tasks.Task.Wait",
        "M:System.Runtime.CompilerServices.TaskAwaiter.GetResult", "M:System.Runtime.CompilerServices.TaskAwaiter`1.GetResult",
    ];

    [Fact]
    public void The_core_projects_import_the_bans()
    {
        foreach (var project in CoreProjects)
        {
            var imports = Repository.Project(project).Descendants("Import").Select(import => (string?)import.Attribute("Project"));
            Assert.Contains("../CoreProject.props", imports);
        }

        Assert.Contains("BannedSymbols.Deterministic.txt", Repository.Text("CoreProject.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_has_been_struck_from_the_bans()
    {
        Assert.Empty(Deterministic.Except(Entries("BannedSymbols.Deterministic.txt")));
        Assert.Empty(Blocking.Except(Entries("BannedSymbols.Blocking.txt")));
        Assert.Contains("BannedSymbols.Blocking.txt", Repository.Text("Directory.Build.props"), StringComparison.Ordinal);
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Repository.Text("Directory.Build.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_are_errors_and_overflow_is_checked()
    {
        var properties = Repository.Text("Directory.Build.props");
        foreach (var property in new[] { "TreatWarningsAsErrors", "CheckForOverflowUnderflow", "InvariantGlobalization", "RestorePackagesWithLockFile" })
        {
            Assert.Contains($"<{property}>true</{property}>", properties, StringComparison.Ordinal);
        }

        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", Repository.Text(".editorconfig"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ban_is_lifted_only_where_the_file_says_why()
    {
        var lifted = Repository.ProductSources.SelectMany(file => file.Text.Split('\n').Select(line => (file.Path, Line: line)))
            .Where(each => each.Line.Contains("#pragma warning disable RS0030", StringComparison.Ordinal));
        Rules.Hold(from each in lifted where !each.Line.Contains("// ", StringComparison.Ordinal) select $"{each.Path}: {each.Line.Trim()}");
    }

    private static IEnumerable<string> Entries(string file) => Repository.Text(file).Split('\n').Select(line => line.Split(';')[0].Trim());
}
