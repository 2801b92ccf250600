using System.Diagnostics;
using System.Globalization;

namespace KvStore.Cli.Fuzzing;

/// <summary>Lets targets take turns until the time is over or each has had its inputs, watches for one that never returns, and writes down what was found.</summary>
/// <param name="runs">The targets' runs.</param>
/// <param name="seed">The seed of all of them.</param>
/// <param name="directory">Where inputs that break something are written to.</param>
/// <param name="output">Where to report.</param>
internal sealed class FuzzSession(IReadOnlyList<FuzzRun> runs, ulong seed, string directory, TextWriter output)
{
    private const int TurnInputs = 100;
    private const int PrintedBytesMax = 2048;
    private const long GrowthBytesMax = 192 * 1024 * 1024;

    // A decoder takes microseconds. On a machine where many things run a thread may wait for seconds.
    private static readonly TimeSpan _inputMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _watchInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<Finding> _findings = [];
    private long _startedAt = Stopwatch.GetTimestamp();
    private volatile FuzzRun? _running;

    /// <summary>Runs; says whether nothing was found.</summary>
    /// <param name="duration">For how long; null for as long as the inputs last.</param>
    /// <param name="inputsMax">The most inputs a target.</param>
    public bool Run(TimeSpan? duration, long inputsMax)
    {
        var watch = Stopwatch.StartNew();
        var worker = new Thread(() => Work(() => duration is { } limit && watch.Elapsed >= limit, inputsMax)) { IsBackground = true, Name = "fuzz" };
        worker.Start();
        while (!worker.Join(_watchInterval))
        {
            if (_running is not { } stuck || Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) < _inputMax) continue;
            Add(new Finding(stuck.Name, stuck.Inputs, stuck.Current, $"It has not returned for {_inputMax.TotalSeconds:F0} seconds."));
            break;
        }

        Report(watch.Elapsed);
        return _findings.Count == 0;
    }

    private void Work(Func<bool> isOver, long inputsMax)
    {
        var open = runs.ToList();
        // The first turn fills caches and pools, which is no growth.
        Turn(open, isOver, inputsMax);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        while (open.Count > 0 && !isOver()) Turn(open, isOver, inputsMax);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory in use grew by {growth / 1024} KiB"));
        if (growth > GrowthBytesMax) Add(new Finding("all", 0, [], $"Memory in use grew by {growth} bytes."));
    }

    private void Turn(List<FuzzRun> open, Func<bool> isOver, long inputsMax)
    {
        foreach (var run in open.ToList())
        {
            for (var i = 0; i < TurnInputs && run.Inputs < inputsMax && !isOver(); i++)
            {
                Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
                _running = run;
                var finding = run.Next();
                _running = null;
                if (finding is null) continue;
                Add(finding);
                open.Remove(run);
                break;
            }

            if (run.Inputs >= inputsMax) open.Remove(run);
        }
    }

    private void Add(Finding finding)
    {
        _findings.Add(finding);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{finding.Target}, input {finding.Number} of seed {seed}: {finding.What}"));
        if (finding.Number == 0) return;
        output.WriteLine(finding.Input.Length <= PrintedBytesMax ? $"  {Convert.ToHexStringLower(finding.Input)}" : $"  {finding.Input.Length} bytes");
        var file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"fuzz-{finding.Target}-{seed}-{finding.Number}.bin"));
        File.WriteAllBytes(file, finding.Input);
        output.WriteLine($"  kv fuzz --target {finding.Target} --replay {file}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  kv fuzz --target {finding.Target} --seed {seed} --inputs {finding.Number}"));
    }

    private void Report(TimeSpan elapsed)
    {
        foreach (var run in runs) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Name,-12} {run.Inputs,12} inputs, {run.Taken,10} taken"));
        var inputs = runs.Sum(run => run.Inputs);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {inputs} inputs in {elapsed.TotalSeconds:F1} s, {inputs / Math.Max(elapsed.TotalSeconds, 0.001):F0} a second, {_findings.Count} findings"));
    }
}
