using System.CommandLine;
using KvStore.Cli.Connecting;
using KvStore.Client;

namespace KvStore.Cli;

/// <summary>Options and arguments that several commands have.</summary>
internal sealed class CommonOptions
{
    private readonly ConnectionOptions _connection = new();

    /// <summary>The key.</summary>
    public Argument<string> Key { get; } = new("KEY") { Description = "The key: any text." };

    /// <summary>A value that is given on the command line, or where it is.</summary>
    public Argument<string?> Value { get; } = new("VALUE")
    {
        Description = "The value; '-' (the default) reads it from the standard input, '@FILE' from a file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The revision that the key must be at.</summary>
    public Option<string?> IfMatch { get; } = new("--if-match")
    {
        Description = "Only if the key is at this revision, as put and get print it, for example r42; '*' for any.",
        HelpName = "rN",
    };

    /// <summary>How a write's result is printed.</summary>
    public Option<string> Written { get; } = OutputOf("raw", "How to print the result: raw (the revision), json or table.", "raw", "json", "table");

    /// <summary>Adds the options that say whom to speak to, and as whom.</summary>
    public void AddTo(Command command) => _connection.AddTo(command);

    /// <summary>Opens what the command line names.</summary>
    public Connection Connect(ParseResult parsed, Terminal terminal) => _connection.Open(parsed, terminal);

    /// <summary>The key that was typed.</summary>
    public KvKey KeyOf(ParseResult parsed)
    {
        var key = parsed.GetValue(Key);
        return string.IsNullOrEmpty(key) ? throw Failure.Usage("The key is empty.", "Give a key of at least one character.") : key;
    }

    /// <summary>The revision that the key must be at; null when none was given.</summary>
    public ETag? IfMatchOf(ParseResult parsed) => ETagOf("--if-match", parsed.GetValue(IfMatch));

    /// <summary>An entity tag as it was typed, with or without its quotes; null when none was.</summary>
    public static ETag? ETagOf(string option, string? text)
    {
        if (text is null) return null;
        if (ETag.TryParse(text, out var tag)) return tag;
        throw Failure.Usage($"{option} takes a revision, and '{text}' is none.", "Give one like r42, as put prints it.");
    }

    /// <summary>The option that says how something is printed.</summary>
    public static Option<string> OutputOf(string? usual, string description, params string[] forms)
    {
        var option = new Option<string>("--output", "-o") { Description = description, HelpName = string.Join('|', forms) };
        if (usual is not null) option.DefaultValueFactory = _ => usual;
        option.AcceptOnlyFromAmong(forms);
        return option;
    }
}
