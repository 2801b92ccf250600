using System.Diagnostics;
using System.Globalization;
using KvStore.Simulator;

namespace KvStore.Cli;

/// <summary><c>kv sim --twins</c>: every scenario of four replicas, one of them twice, over three views.</summary>
internal static class SimTwins
{
    private const int ShownMax = 10;

    /// <summary>Runs all scenarios, or the one of a number, and says which were not safe.</summary>
    public static bool Run(ulong? number, int jobs)
    {
        var watch = Stopwatch.StartNew();
        var results = new TwinsResult[jobs];
        if (number is { } one)
        {
            results = [TwinsRun.Run((int)one, TwinsRun.Count)];
        }
        else
        {
            var threads = Enumerable.Range(0, jobs).Select(job => new Thread(() => results[job] = TwinsRun.Run(job, jobs))).ToList();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
        }

        var failures = results.SelectMany(result => result.Failures).ToList();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{results.Sum(result => result.Scenarios)} scenarios with twins, {failures.Count} not safe, in {watch.Elapsed.TotalSeconds:F1} s"));
        foreach (var failure in failures.Take(ShownMax)) Console.Error.WriteLine($"{failure}\n  dotnet run --project Cli -c Release -- sim --twins --seed {failure.Split(':')[0]}");
        return failures.Count == 0;
    }
}
