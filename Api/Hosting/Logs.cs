using Microsoft.Extensions.Logging.Console;

namespace KvStore.Api.Hosting;

/// <summary>One line for each event, with the time in UTC.</summary>
internal static class Logs
{
    /// <summary>Sets up logging.</summary>
    public static void Configure(ILoggingBuilder logging, ApiOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (options.LogsJson) logging.AddJsonConsole(Json);
        else logging.AddSimpleConsole(console => Text(console, colourless: options.LogToStandardError && Console.IsErrorRedirected));
        if (options.LogToStandardError) logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void Text(SimpleConsoleFormatterOptions console, bool colourless)
    {
        console.SingleLine = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        if (colourless) console.ColorBehavior = LoggerColorBehavior.Disabled;
    }

    private static void Json(JsonConsoleFormatterOptions console)
    {
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    }
}
