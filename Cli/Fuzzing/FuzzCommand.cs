using System.CommandLine;
using System.Security.Cryptography;

namespace KvStore.Cli.Fuzzing;

/// <summary><c>kv fuzz</c>: gives every decoder inputs that nobody would send, and says which breaks it.</summary>
internal static class FuzzCommand
{
    private const double DefaultSeconds = 10;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var seconds = new Option<double?>("--seconds") { Description = "For how long (10 unless --inputs is given)." };
        var inputs = new Option<long?>("--inputs") { Description = "How many inputs for each target: with a seed, always the same ones." };
        var seed = new Option<ulong?>("--seed") { Description = "The seed (a new one)." };
        var target = new Option<string[]>("--target") { Description = "Only this decoder; may be repeated." };
        var replay = new Option<string?>("--replay") { Description = "Hand over this file's content and nothing else.", HelpName = "FILE" };
        var directory = new Option<string>("--out") { Description = "Where inputs that break something are written to.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var command = new Command("fuzz", "Gives every decoder of foreign bytes inputs made of good ones; ends with 1 when one throws what it must not, hangs, takes too much memory, or has two encodings for one thing.")
        {
            seconds, inputs, seed, target, replay, directory,
        };
        command.Example("kv fuzz --seconds 60", "kv fuzz --target message --seed 7 --inputs 1000", "kv fuzz --target genesis --replay fuzz-genesis-7-12.bin");
        command.SetAction(async parsed =>
        {
            using var targets = new FuzzTargets();
            var chosen = Choose(targets.All, parsed.GetValue(target) ?? []);
            var number = parsed.GetValue(seed) ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            await using var output = new StringWriter();
            if (parsed.GetValue(replay) is not { } file) await terminal.WriteLineAsync($"seed {number}");
            var passed = parsed.GetValue(replay) is { } input
                ? Replay(chosen, await ReadAsync(input), output)
                : new FuzzSession([.. chosen.Select(each => new FuzzRun(each, number))], number, parsed.GetValue(directory)!, output)
                    .Run(Duration(parsed.GetValue(seconds), parsed.GetValue(inputs)), parsed.GetValue(inputs) ?? long.MaxValue);
            await terminal.WriteTextAsync(output.ToString());
            return passed ? ExitCodes.Ok : ExitCodes.Error;
        });
        return command;
    }

    private static TimeSpan? Duration(double? seconds, long? inputs) =>
        seconds is null && inputs is not null ? null : TimeSpan.FromSeconds(Math.Clamp(seconds ?? DefaultSeconds, 0, TimeSpan.FromDays(30).TotalSeconds));

    private static IReadOnlyList<FuzzTarget> Choose(IReadOnlyList<FuzzTarget> all, string[] names)
    {
        var unknown = names.FirstOrDefault(name => all.All(each => each.Name != name));
        if (unknown is not null) throw Failure.Usage($"There is no target '{unknown}'.", $"There are {string.Join(", ", all.Select(each => each.Name))}.");
        return names.Length == 0 ? all : [.. all.Where(each => names.Contains(each.Name, StringComparer.Ordinal))];
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        try
        {
            return await File.ReadAllBytesAsync(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{file}' can't be read: {exception.Message}", "Name another.");
        }
    }

    private static bool Replay(IReadOnlyList<FuzzTarget> targets, byte[] input, StringWriter output)
    {
        var passed = true;
        foreach (var run in targets.Select(target => new FuzzRun(target, seed: 0)))
        {
            var finding = run.Try(input);
            output.WriteLine($"{run.Name}: {finding?.What ?? (run.Taken > 0 ? "taken" : "refused")}");
            passed &= finding is null;
        }

        return passed;
    }
}
