using Spectre.Console;

namespace KvStore.Cli;

/// <summary>Where the program reads and writes: data on the standard output, everything else on the standard error.</summary>
internal sealed class Terminal
{
    // Nobody reads a table in a pipe by its width; cutting a key off there would lose it.
    private const int PipeWidth = 10_000;

    /// <summary>The standard input.</summary>
    public required Stream In { get; init; }

    /// <summary>The standard output, for data.</summary>
    public required Stream Out { get; init; }

    /// <summary>The standard error, for people.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether the standard input is not typed by someone.</summary>
    public required bool IsInputRedirected { get; init; }

    /// <summary>Whether the standard output is not looked at by someone.</summary>
    public required bool IsOutputRedirected { get; init; }

    /// <summary>Looks up a variable of the environment.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The names of the environment's variables.</summary>
    public required IEnumerable<string> EnvironmentNames { get; init; }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new()
    {
        In = Console.OpenStandardInput(),
        Out = Console.OpenStandardOutput(),
        Error = Console.Error,
        IsInputRedirected = Console.IsInputRedirected,
        IsOutputRedirected = Console.IsOutputRedirected,
        Environment = System.Environment.GetEnvironmentVariable,
        EnvironmentNames = System.Environment.GetEnvironmentVariables().Keys.Cast<string>(),
    };

    /// <summary>Writes a line of data.</summary>
    public Task WriteLineAsync(string line) => WriteTextAsync(line + "\n");

    /// <summary>Writes data that is text.</summary>
    public async Task WriteTextAsync(string text) => await Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a table or the like, with colours only where someone looks who wants them. https://no-color.org</summary>
    public async Task WriteAsync(Spectre.Console.Rendering.IRenderable content)
    {
        var plain = IsOutputRedirected || !string.IsNullOrEmpty(Environment("NO_COLOR"));
        await using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = IsOutputRedirected ? PipeWidth : Math.Max(40, Console.WindowWidth);
        console.Write(content);
        await Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text.ToString()));
    }
}
