using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Api;

/// <summary>Times as they are written in headers and documents: UTC, with milliseconds. http-api.md section 6.</summary>
internal static class UtcTimes
{
    /// <summary>The text of a time.</summary>
    public static string Of(Timestamp time) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)time.UnixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
