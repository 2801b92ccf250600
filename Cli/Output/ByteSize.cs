using System.Globalization;

namespace KvStore.Cli.Output;

/// <summary>Sizes for readers.</summary>
internal static class ByteSize
{
    /// <summary>Whole mebibytes.</summary>
    public static string Mebibytes(long bytes) => $"{(bytes / (1024.0 * 1024)).ToString("N0", CultureInfo.InvariantCulture)} MiB";
}
