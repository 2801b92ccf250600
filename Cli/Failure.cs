namespace KvStore.Cli;

/// <summary>A command can't be carried out. Ends the program with an exit code, after what went wrong and what to do next.</summary>
internal sealed class Failure(int exitCode, string what, string next) : Exception(what)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do next.</summary>
    public string Next { get; } = next;

    /// <summary>The command line is wrong.</summary>
    public static Failure Usage(string what, string next) => new(ExitCodes.Usage, what, next);

    /// <summary>There is no such key.</summary>
    public static Failure NoSuchKey() => new(ExitCodes.NotFound, "There is no such key.", "'kv list' shows the keys that there are.");
}
