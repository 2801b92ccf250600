using System.Globalization;

namespace KvStore.Cli;

/// <summary>Values as they are given: as text, <c>-</c> for the standard input, <c>@FILE</c> for a file.</summary>
internal static class ValueInput
{
    // Far over what any cluster takes: the gateway knows the limit and names it.
    private const int BytesMax = 64 * 1024 * 1024;

    /// <summary>The value's bytes.</summary>
    public static async Task<byte[]> ReadAsync(string? value, Terminal terminal, CancellationToken cancel)
    {
        if (value is null or "-") return await PipedAsync(isAsked: value is not null, terminal, cancel);
        if (!value.StartsWith('@')) return System.Text.Encoding.UTF8.GetBytes(value);
        try
        {
            return await File.ReadAllBytesAsync(value[1..], cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{value[1..]}' can't be read: {exception.Message}",
                "A value that begins with '@' itself goes through the standard input.");
        }
    }

    // A script that forgets the value has an empty input more often than not, and must not empty the key.
    private static async Task<byte[]> PipedAsync(bool isAsked, Terminal terminal, CancellationToken cancel)
    {
        if (!isAsked && !terminal.IsInputRedirected) throw Missing();
        var bytes = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await terminal.In.ReadAsync(chunk, cancel)) > 0)
        {
            if (bytes.Length + read > BytesMax)
                throw new Failure(ExitCodes.Error, string.Create(CultureInfo.InvariantCulture, $"The input has more than {BytesMax} bytes."),
                    "Split it over several keys.");
            bytes.Write(chunk, 0, read);
        }

        if (!isAsked && bytes.Length == 0) throw Missing();
        return bytes.ToArray();
    }

    private static Failure Missing() =>
        Failure.Usage("There is no value.",
            "Give one as an argument, '@FILE' to read it from a file, '-' to read it from the standard input even if that is empty.");
}
