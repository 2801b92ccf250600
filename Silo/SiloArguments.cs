using System.Globalization;
using KvStore.Replication.Setup;

namespace KvStore.Silo;

/// <summary>A command line of <c>--name value</c>, each of which is taken once; what it lacks the environment's <c>KV_SILO_NAME</c> may have.</summary>
internal sealed class SiloArguments
{
    private static readonly string[] _flags = ["require-signed", "plain-silos", "disk-emulator"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the command line.</summary>
    /// <exception cref="SetupException">A value is missing, or is none.</exception>
    public SiloArguments(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) throw new SetupException($"'{args[i]}' is no option.", "Options begin with '--'.");
            var name = args[i][2..];
            var isFlag = _flags.Contains(name);
            if (!isFlag && i + 1 == args.Length) throw new SetupException($"--{name} has no value.", $"Write --{name} VALUE.");
            if (!_values.TryAdd(name, isFlag ? "true" : args[++i])) throw new SetupException($"--{name} is there twice.", "Leave one out.");
        }

        IsPlain = Flag("plain-silos");
    }

    /// <summary>Whether silos may talk without TLS.</summary>
    public bool IsPlain { get; }

    /// <summary>Takes an option; null when it is not there.</summary>
    public string? Take(string name) =>
        _values.Remove(name, out var value) ? value : Environment.GetEnvironmentVariable($"KV_SILO_{name.ToUpperInvariant().Replace('-', '_')}") is { Length: > 0 } variable ? variable : null;

    /// <summary>Takes an option, or what it is by default.</summary>
    public string Take(string name, string otherwise) => Take(name) ?? otherwise;

    /// <summary>Takes an option that has no value.</summary>
    public bool Flag(string name) => Take(name) == "true";

    /// <summary>Takes a number.</summary>
    /// <exception cref="SetupException">It is none, or out of its bounds.</exception>
    public int Number(string name, int otherwise, int min, int max)
    {
        if (Take(name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"takes a number from {min} to {max}"));
    }

    /// <summary>Takes what has a form; null when it is not there.</summary>
    /// <exception cref="SetupException">It has another form.</exception>
    public T? Parsed<T>(string name, string takes, Func<string, T?> parse)
        where T : class => Take(name) is { } text ? parse(text) ?? throw Wrong(name, takes) : null;

    /// <summary>What is said of a value that makes no sense.</summary>
    public SetupException Wrong(string name, string takes) => new($"--{name} {takes}.", "docs/orleans.md lists the options.");

    /// <summary>All that is there was taken.</summary>
    /// <exception cref="SetupException">There is something that nobody knows.</exception>
    public void RequireNothingLeft()
    {
        if (_values.Keys.FirstOrDefault() is { } unknown) throw new SetupException($"--{unknown} is no option.", "docs/orleans.md lists the options.");
    }
}
