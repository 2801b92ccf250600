using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using KvStore.Cli.Scenarios;
using KvStore.Simulator;
using Spectre.Console;

namespace KvStore.Cli;

/// <summary><c>kv sim</c>: replays one seed, or runs many and says which broke a promise.</summary>
internal static class SimCommand
{
    private const int ViolationExitCode = 1;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var seed = new Option<ulong?>("--seed") { Description = "The seed to replay; with --seeds, the first one." };
        var seeds = new Option<int?>("--seeds") { Description = "How many seeds to run." };
        var jobs = new Option<int>("--jobs") { Description = "How many to run at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var trace = new Option<bool>("--trace") { Description = "Write a line for every event." };
        var profile = new Option<SimulationProfile>("--profile") { Description = "Which faults are drawn: mixed, disk for more of the disk's, byzantine for liars, or noise for machines on which nobody should be voted out." };
        var twins = new Option<bool>("--twins") { Description = "Run every scenario of a group of four with two copies of one replica, or the one whose number is --seed." };
        var scenario = new Option<string?>("--scenario") { Description = "Run the scripted failures of this file, or of all *.scenario files of this folder.", HelpName = "FILE|FOLDER" };
        var command = new Command("sim", "Runs the whole group under random faults, or scripted ones, and checks every promise after every step.") { seed, seeds, jobs, trace, profile, twins, scenario };
        command.Example("kv sim --seeds 1000 --profile byzantine", "kv sim --seed 42 --trace", "kv sim --scenario scenarios");
        command.SetAction(async (result, cancel) => result.GetValue(scenario) is { } path ? await SimScenarios.RunAsync(terminal, path, result.GetValue(trace), cancel)
            : result.GetValue(twins) ? SimTwins.Run(result.GetValue(seed), Math.Max(1, result.GetValue(jobs))) ? 0 : ViolationExitCode
            : result.GetValue(seeds) is { } count ? RunMany(result.GetValue(seed) ?? 1, count, Math.Max(1, result.GetValue(jobs)), result.GetValue(profile))
            : RunOne(result.GetValue(seed) ?? 1, result.GetValue(trace), result.GetValue(profile)));
        return command;
    }

    private static int RunOne(ulong seed, bool trace, SimulationProfile profile)
    {
        var watch = Stopwatch.StartNew();
        var result = Simulation.Run(seed, new SimulationOptions { Trace = trace ? Console.Out.WriteLine : null, Profile = profile });
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {result.Steps} steps, {result.Ticks} ticks, {result.Operations} operations, {result.Batches} batches, trace {result.TraceHash:x16}, {watch.Elapsed.TotalSeconds:F2} s"));
        Console.Out.WriteLine(result.Summary);
        foreach (var violation in result.Violations) Console.Error.WriteLine(violation);
        return result.Passed ? 0 : ViolationExitCode;
    }

    private static int RunMany(ulong first, int count, int jobs, SimulationProfile profile)
    {
        var watch = Stopwatch.StartNew();
        var results = new ConcurrentBag<SimulationResult>();
        var next = -1;
        void Work(Action done)
        {
            for (var index = Interlocked.Increment(ref next); index < count; index = Interlocked.Increment(ref next))
            {
                results.Add(Simulation.Run(first + (ulong)index, new SimulationOptions { Profile = profile }));
                done();
            }
        }

        void RunAll(Action done)
        {
            var threads = Enumerable.Range(0, jobs).Select(_ => new Thread(() => Work(done))).ToList();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
        }

        if (Console.IsErrorRedirected) RunAll(() => { });
        else WithProgressBar(count, RunAll);
        return Report(results, watch.Elapsed, profile);
    }

    private static void WithProgressBar(int count, Action<Action> runAll)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().Start(context =>
        {
            var task = context.AddTask("seeds", maxValue: count);
            runAll(() => task.Increment(1));
        });
    }

    private static int Report(IReadOnlyCollection<SimulationResult> results, TimeSpan elapsed, SimulationProfile profile)
    {
        var steps = results.Sum(result => result.Steps);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{results.Count} seeds, {steps} steps, {results.Sum(result => result.Operations)} operations, {results.Sum(result => result.Batches)} batches in {elapsed.TotalSeconds:F1} s: {steps / elapsed.TotalSeconds:F0} steps/s"));
        var failed = results.Where(result => !result.Passed).OrderBy(result => result.Seed).ToList();
        foreach (var result in failed)
        {
            Console.Error.WriteLine($"seed {result.Seed} breaks a promise: {result.Violations[0]}");
            Console.Error.WriteLine($"  dotnet run --project Cli -c Release -- sim --seed {result.Seed}{(profile == SimulationProfile.Mixed ? "" : $" --profile {profile.ToString().ToLowerInvariant()}")}");
        }

        if (failed.Count > 0) Console.Error.WriteLine($"{failed.Count} of {results.Count} seeds failed.");
        return failed.Count == 0 ? 0 : ViolationExitCode;
    }
}
