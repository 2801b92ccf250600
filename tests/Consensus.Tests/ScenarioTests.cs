using KvStore.Consensus.Tests.Harness;

namespace KvStore.Consensus.Tests;

/// <summary>The scripts of scenarios/, whose traces are compared with the files; KV_REWRITE_GOLDEN=1 rewrites them.</summary>
public class ScenarioTests
{
    private static readonly string Folder = Find();

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_goes_as_it_went(string name)
    {
        var file = Path.Combine(Folder, name + ".txt");
        var script = File.ReadAllText(file);
        Assert.Contains("\nsettle ", script, StringComparison.Ordinal); // Each ends by reaching liveness.
        var trace = Scenario.Run(script);
        if (Environment.GetEnvironmentVariable("KV_REWRITE_GOLDEN") == "1") File.WriteAllText(file, trace);
        Assert.Equal(File.ReadAllText(file), trace);
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Consensus.Tests", "scenarios");
    }
}
