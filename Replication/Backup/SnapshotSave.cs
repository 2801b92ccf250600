using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.Storage;

namespace KvStore.Replication.Backup;

/// <summary>Copies a replica's newest snapshot out of its directory, and checks the copy. The node may run: what it wrote is read, and nothing is written there.</summary>
public static class SnapshotSave
{
    // A running node replaces a snapshot with every checkpoint; twice within one copy is a node that overtakes every reader.
    private const int AttemptsMax = 5;

    /// <summary>Saves it. What is in the file then is whole, durable, and proven.</summary>
    /// <param name="directory">The replica's directory.</param>
    /// <param name="genesis">How its cluster began.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file that is there gives way.</param>
    /// <exception cref="SetupException">There is no snapshot yet, it is not good, or the file is there or can't be written.</exception>
    public static CertifiedSnapshot Save(string directory, Genesis genesis, GroupId shard, string path, bool overwrite)
    {
        if (!overwrite && File.Exists(path)) throw new SetupException($"The file '{path}' is there already.", "Name another, or replace it with --force.");
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            var origin = CopyNewest(directory, beside);
            var snapshot = CertifiedSnapshot.Read(beside, origin, genesis, shard);
            File.Move(beside, path, overwrite);
            DurableNames.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return snapshot;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The snapshot can't be saved as '{path}': {exception.Message}", "Name another file, or make room.");
        }
        finally
        {
            if (File.Exists(beside)) File.Delete(beside);
        }
    }

    private static string CopyNewest(string directory, string copy)
    {
        for (var attempt = 1; ; attempt++)
        {
            var newest = SnapshotFiles.NewestIn(directory) ?? throw new SetupException(
                $"There is no snapshot in '{directory}'.", "A replica keeps one from its first checkpoint on. Look whether this is the node's data, or take another node's.");
            try
            {
                Copy(newest, copy);
                return newest;
            }
            catch (FileNotFoundException) when (attempt < AttemptsMax)
            {
                // It was replaced by a newer one in between.
            }
        }
    }

    // It holds all that clients wrote, so it is the owner's alone.
    private static void Copy(string path, string copy)
    {
        using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var to = new FileStream(copy, options);
        from.CopyTo(to);
        to.Flush(flushToDisk: true);
    }
}
