using System.Diagnostics;

namespace KvStore.Storage;

/// <summary>What can be said of a data directory without using it.</summary>
public static class DirectoryProbe
{
    private const int WriteBytes = 4096;

    /// <summary>The process that holds the lease of a replica's directory; null when none does.</summary>
    /// <remarks>To find that out the lock is taken for a moment: a process that starts in that very moment is refused, and can be started again.</remarks>
    /// <exception cref="IOException">The directory can't be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static uint? HolderOf(string directory) => DirectoryLease.HolderOf(Path.GetFullPath(directory));

    /// <summary>The room that is left where a directory is, for this user.</summary>
    /// <exception cref="IOException">It can't be asked.</exception>
    public static long FreeBytes(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    /// <summary>How long a flush takes there, as the log does it: in room that was made before. Writes a small file, and removes it.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="flushes">How many are measured.</param>
    /// <returns>The times, ascending.</returns>
    /// <exception cref="IOException">The directory can't be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static IReadOnlyList<TimeSpan> MeasureFlushes(string directory, int flushes)
    {
        var path = Path.Combine(directory, $"probe-{Path.GetRandomFileName()}");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        RandomAccess.Write(file, new byte[flushes * WriteBytes], 0);
        RandomAccess.FlushToDisk(file);
        var bytes = new byte[WriteBytes];
        var times = new List<TimeSpan>(flushes);
        for (var i = 0; i < flushes; i++)
        {
            Array.Fill(bytes, (byte)(i + 1));
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes, (long)i * WriteBytes);
            NativeFiles.FlushData(file);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        times.Sort();
        return times;
    }
}
