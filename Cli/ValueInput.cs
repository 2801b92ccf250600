namespace KvStore.Cli;

/// <summary>Values as they are given: as text, <c>-</c> for the standard input, <c>@FILE</c> for a file.</summary>
internal static class ValueInput
{
    /// <summary>The value's bytes.</summary>
    public static async Task<HttpContent> ReadAsync(string? value, Terminal terminal, CancellationToken cancel)
    {
        if (value is null && !terminal.IsInputRedirected)
            throw Failure.Usage("There is no value.", "Give one after the key, or '@FILE' to read it from a file, or pipe it in.");
        if (value is null or "-") return new StreamContent(terminal.In);
        if (!value.StartsWith('@')) return new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(value));
        try
        {
            return new ByteArrayContent(await File.ReadAllBytesAsync(value[1..], cancel));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{value[1..]}' can't be read: {exception.Message}", "A value that begins with '@' itself goes through the standard input.");
        }
    }
}
