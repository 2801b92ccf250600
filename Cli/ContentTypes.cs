namespace KvStore.Cli;

/// <summary>Content types as they are typed.</summary>
internal static class ContentTypes
{
    /// <summary>A content type that can stand in a header, or null.</summary>
    /// <exception cref="Failure">It can't.</exception>
    public static string? Checked(string? type)
    {
        if (type is null || (type.Length > 0 && type.Trim(' ').Length == type.Length && !type.AsSpan().ContainsAnyExceptInRange(' ', '~'))) return type;
        throw Failure.Usage($"'{type}' is no content type.", "Give one like text/plain, or leave it out.");
    }
}
