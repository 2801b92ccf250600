using System.CommandLine;
using System.Globalization;
using KvStore.Cli.Bench.Workloads;
using KvStore.Client;

namespace KvStore.Cli.Bench;

/// <summary>The options that say what load to make.</summary>
internal sealed class BenchOptions
{
    private const int ClientsMax = 65_536;
    private const int KeysMax = 100_000_000;
    private const int OpenLoopClients = 1024;
    private const int ClosedLoopClients = 64;

    // Appends make values longer until the next slice or put; three times in a row is rare, and sixteen times never happens.
    private const int AppendingValueMax = 64 * 1024;
    private const int ValueMax = 1024 * 1024;

    private readonly Option<string> _workload = new("--workload")
    {
        Description = "put, get, YCSB's a to f, or bcr (get, append, slice and put in equal parts).",
        DefaultValueFactory = _ => "put",
    };

    private readonly Option<int?> _clients = new("--clients") { Description = "Operations under way, at most; default: 64, with --rate 1,024.", HelpName = "C" };

    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Open loop: this many operations are due a second, and latencies count from when they are due.",
        HelpName = "R",
    };

    private readonly Option<string> _arrivals = new("--arrivals")
    {
        Description = "Open loop: whether operations are due as a poisson process has them, or at uniform distances.",
        DefaultValueFactory = _ => "poisson",
    };

    private readonly Option<string> _duration = new("--duration") { Description = "The measured time.", HelpName = "TIME", DefaultValueFactory = _ => "10s" };

    private readonly Option<string> _warmup = new("--warmup") { Description = "The time before it, under the same load.", HelpName = "TIME", DefaultValueFactory = _ => "2s" };

    private readonly Option<long?> _operations = new("--operations")
    {
        Description = "Closed loop: carry out so many operations, without warming up, in place of --duration.",
        HelpName = "N",
    };

    private readonly Option<int> _valueSize = new("--value-size") { Description = "Bytes of a value.", HelpName = "BYTES", DefaultValueFactory = _ => 128 };

    private readonly Option<long> _keys = new("--keys") { Description = "How many keys there are.", HelpName = "N", DefaultValueFactory = _ => 10_000 };

    private readonly Option<string?> _distribution = new("--distribution")
    {
        Description = "How keys are chosen: uniform, zipfian (YCSB's, scrambled, theta 0.99) or latest; default: what the workload's authors chose.",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "From which all operations are drawn.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _consistency = new("--consistency")
    {
        Description = "How fresh reads are: linearizable, certified or local.",
        DefaultValueFactory = _ => "linearizable",
    };

    private readonly Option<bool> _signReads = new("--sign-reads") { Description = "Through HTTP: sign reads as well; certified ones always are." };

    private readonly Option<string> _interval = new("--interval") { Description = "How often a sample is taken.", HelpName = "TIME", DefaultValueFactory = _ => "1s" };

    private readonly Option<string> _verification = new("--verification")
    {
        Description = "How long each of the two measurements of the machine's verification rate takes.",
        HelpName = "TIME",
        DefaultValueFactory = _ => "1s",
    };

    private readonly Option<bool?> _presign = new("--presign")
    {
        Description = "With --driver: whether requests are signed before the measured time; default: when the workload inserts nothing.",
    };

    /// <summary>The options.</summary>
    public BenchOptions()
    {
        _workload.AcceptOnlyFromAmong([.. Workload.All.Select(workload => workload.Name)]);
        _arrivals.AcceptOnlyFromAmong("poisson", "uniform");
        _distribution.AcceptOnlyFromAmong("uniform", "zipfian", "latest");
        _consistency.AcceptOnlyFromAmong("linearizable", "certified", "local");
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _workload, _clients, _rate, _arrivals, _duration, _warmup, _operations, _valueSize, _keys, _distribution, _seed, _consistency, _signReads,
            _interval, _verification, _presign,
        ];
        foreach (var option in all) command.Options.Add(option);
    }

    /// <summary>What the command line says.</summary>
    /// <exception cref="Failure">It makes no sense.</exception>
    public BenchSettings Read(ParseResult parsed, bool isDriver)
    {
        var workload = Workload.All.First(each => each.Name == parsed.GetValue(_workload));
        var rate = parsed.GetValue(_rate);
        var distribution = parsed.GetValue(_distribution) is { } named ? Enum.Parse<KeyDistribution>(named, ignoreCase: true) : workload.Distribution;
        var presign = parsed.GetValue(_presign);
        var consistency = Enum.Parse<Consistency>(parsed.GetValue(_consistency)!, ignoreCase: true);
        if (presign is not null && !isDriver) throw Failure.Usage("--presign is for --driver only.", "Through HTTP the clients always sign as they go.");
        return new BenchSettings
        {
            Workload = workload,
            Distribution = distribution,
            Clients = (int)InRange("--clients", parsed.GetValue(_clients) ?? (rate is null ? ClosedLoopClients : OpenLoopClients), 1, ClientsMax),
            Rate = rate is null ? null : InRange("--rate", rate.Value, 0.001, 10_000_000),
            EvenArrivals = parsed.GetValue(_arrivals) == "uniform",
            Duration = TimeOf(parsed, _duration),
            Warmup = parsed.GetValue(_warmup) is "0" or "0s" ? TimeSpan.Zero : TimeOf(parsed, _warmup),
            Operations = OperationsOf(parsed, rate),
            ValueBytes = (int)InRange("--value-size", parsed.GetValue(_valueSize), workload.Appends ? 1 : 0, workload.Appends ? AppendingValueMax : ValueMax),
            Keys = (long)InRange("--keys", parsed.GetValue(_keys), 1, KeysMax),
            Seed = parsed.GetValue(_seed),
            Consistency = consistency,
            SignReads = parsed.GetValue(_signReads) || consistency == Consistency.Certified,
            Interval = TimeOf(parsed, _interval),
            VerificationTime = TimeOf(parsed, _verification),
            SignAhead = isDriver && (presign ?? !workload.Parts.Any(part => part.Kind == OperationKind.Insert)),
        };
    }

    private static TimeSpan TimeOf(ParseResult parsed, Option<string> option)
    {
        var time = Duration.Read(option.Name, parsed.GetValue(option)!, TimeSpan.FromMilliseconds(1))!.Value;
        return time <= TimeSpan.FromDays(1) ? time : throw Failure.Usage($"{option.Name} takes a day at most.", "Give a time like 30s or 10m.");
    }

    private long? OperationsOf(ParseResult parsed, double? rate)
    {
        if (parsed.GetValue(_operations) is not { } operations) return null;
        if (rate is not null) throw Failure.Usage("--operations is for a closed loop.", "Leave --rate or --operations out.");
        return (long)InRange("--operations", operations, 1, long.MaxValue);
    }

    private static double InRange(string option, double value, double least, double most) => value >= least && value <= most
        ? value
        : throw Failure.Usage(
            string.Create(CultureInfo.InvariantCulture, $"{option} takes a number from {least} to {most}, and not {value}."), "'kv bench --help' shows how it goes.");
}
