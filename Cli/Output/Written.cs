using System.Globalization;
using KvStore.Client;

namespace KvStore.Cli.Output;

/// <summary>Says what became of a write: its result is data, the rest is for people.</summary>
internal static class Written
{
    /// <summary>Prints the result.</summary>
    public static async Task<int> PrintAsync(string output, KvKey key, WriteResult result, bool isAppend, Terminal terminal)
    {
        var entry = new Entry(key.ToString(), result.ETag.ToString(), result.Length, null, null, result.Expires);
        await (output switch
        {
            "json" => terminal.WriteLineAsync(ResultJson.Of(key, result, isAppend)),
            "table" => terminal.WriteAsync(KeyTable.Of([entry], withValues: false)),
            _ => terminal.WriteLineAsync(result.ETag.ToString()),
        });
        var what = result.Created ? "Created" : "Written";
        var offset = isAppend ? string.Create(CultureInfo.InvariantCulture, $", appended at {result.Offset}") : "";
        var expires = result.Expires is { } time ? $", expires {Times.Of(time)}" : "";
        var replayed = result.Replayed ? " An earlier attempt had been applied." : "";
        await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {result.Length} bytes{offset}{expires}.{replayed}"));
        return ExitCodes.Ok;
    }
}
