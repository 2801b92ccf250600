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
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            if (options.LogToStandardError && Console.IsErrorRedirected) console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        if (options.LogToStandardError) logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
