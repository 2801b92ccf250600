using System.Globalization;

namespace KvStore.Cli.Output;

/// <summary>Times as they are printed: in UTC, as the REST interface has them.</summary>
internal static class Times
{
    /// <summary>A time.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
