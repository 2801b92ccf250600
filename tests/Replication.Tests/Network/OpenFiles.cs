using System.Globalization;

namespace KvStore.Replication.Tests.Network;

/// <summary>How many files and sockets this process may have open.</summary>
internal static class OpenFiles
{
    private const string Row = "Max open files";

    /// <summary>The limit; null where the system does not say. The runtime has raised it as far as it may at its start.</summary>
    public static long? Max() => File.Exists("/proc/self/limits")
        && File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) is { } row
        && long.TryParse(row[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var max)
            ? max
            : null;
}
