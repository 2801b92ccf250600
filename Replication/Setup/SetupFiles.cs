using KvStore.Storage;

namespace KvStore.Replication.Setup;

/// <summary>Reads and writes the few small files that a node is made of.</summary>
internal static class SetupFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Writes a file durably: whatever goes wrong leaves no half of it, and of an old and a new one exactly one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it is to hold.</param>
    /// <param name="secret">Whether nobody but its owner may read it.</param>
    /// <param name="overwrite">Whether a file that is there gives way.</param>
    /// <exception cref="SetupException">It is there, or can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool secret, bool overwrite)
    {
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            Create(beside, content, secret);
            File.Move(beside, path, overwrite);
            DurableNames.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            throw new SetupException(
                $"The file '{path}' is there already.", secret ? "Name another. With --force its key is lost, and all that only it may do." : "Name another, or replace it with --force.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The file '{path}' can't be written: {exception.Message}", "Name another.");
        }
        finally
        {
            if (File.Exists(beside)) File.Delete(beside);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytesMax">The most that a good one has.</param>
    /// <param name="next">What to do when there is none.</param>
    /// <exception cref="SetupException">It can't be read, or is too large.</exception>
    public static byte[] Read(string path, int bytesMax, string next)
    {
        try
        {
            if (new FileInfo(path).Length <= bytesMax) return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The file '{path}' can't be read: {exception.Message}", next);
        }

        throw new SetupException($"The file '{path}' has more than {bytesMax} bytes, so it is another one.", next);
    }

    /// <summary>Whether others than its owner can read or write a file.</summary>
    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    private static void Create(string path, ReadOnlySpan<byte> content, bool secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
