using System.Globalization;

namespace KvStore.Api;

/// <summary>Entity tags: strong, and the revision at which the key last changed. http-api.md section 6.</summary>
internal static class ETags
{
    /// <summary>The entity tag of a revision.</summary>
    public static string Of(ulong revision) => string.Create(CultureInfo.InvariantCulture, $"\"r{revision}\"");
}
