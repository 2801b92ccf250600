using System.Diagnostics;
using System.Globalization;
using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Scenarios;

/// <summary><c>kv sim --scenario</c>: runs scripted failures in the simulator, and says which scenario did not go as it must.</summary>
internal static class SimScenarios
{
    /// <summary>Runs a file, or all of a folder.</summary>
    public static async Task<int> RunAsync(Terminal terminal, string path, bool trace, CancellationToken cancel)
    {
        var (passed, failed) = (0, 0);
        foreach (var file in ScenarioSource.FilesOf(path))
        {
            if (await RunOneAsync(terminal, file, trace, cancel)) passed++;
            else failed++;
        }

        await terminal.WriteLineAsync($"{passed} passed, {failed} failed");
        return failed == 0 ? ExitCodes.Ok : ExitCodes.Error;
    }

    private static async Task<bool> RunOneAsync(Terminal terminal, string file, bool trace, CancellationToken cancel)
    {
        try
        {
            var scenario = await ScenarioSource.ReadAsync(file, cancel);
            var watch = Stopwatch.StartNew();
            var lines = new List<string>();
            var result = ScenarioSimulation.Run(scenario, trace ? lines.Add : null);
            foreach (var line in lines) await terminal.WriteLineAsync(line);
            await terminal.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(result.Passed ? "ok     " : "FAILED ")} {file}: {result}, {watch.Elapsed.TotalSeconds:F2} s"));
            foreach (var failure in result.Failures.Where(failure => !result.Passed || trace)) await terminal.WriteLineAsync($"        {failure.Script}: {Times(failure.Fired)}");
            foreach (var wrong in result.Wrong) await terminal.Error.WriteLineAsync($"{file}: {wrong}");
            if (!result.Passed) await terminal.Error.WriteLineAsync($"    kv sim --scenario {file} --trace");
            return result.Passed;
        }
        catch (Failure unreadable)
        {
            // The others still have their turn.
            await terminal.WriteLineAsync($"FAILED  {file}");
            await terminal.Error.WriteLineAsync($"kv: {unreadable.Message}\n    {unreadable.Next}");
            return false;
        }
    }

    /// <summary>How often a failure has happened, in words.</summary>
    public static string Times(long fired) => fired switch
    {
        0 => "has not happened",
        1 => "happened once",
        _ => string.Create(CultureInfo.InvariantCulture, $"happened {fired} times"),
    };
}
