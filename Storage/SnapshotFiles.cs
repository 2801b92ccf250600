namespace KvStore.Storage;

/// <summary>The snapshots of a disk. A file that has a snapshot's name was durable when it got it.</summary>
public static class SnapshotFiles
{
    /// <summary>The positions of the snapshots that are there, ascending.</summary>
    public static IReadOnlyList<ulong> Positions(IDisk disk)
    {
        var positions = new List<ulong>();
        foreach (var file in disk.Files)
        {
            if (SnapshotFormat.TryParseName(file, out var position)) positions.Add(position);
        }

        return positions;
    }

    /// <summary>Where people find a snapshot.</summary>
    public static string PathOf(IDisk disk, ulong position) => disk.PathOf(SnapshotFormat.FileName(position));

    /// <summary>Deletes what unfinished snapshots of an earlier run left.</summary>
    public static void DropUnfinished(IDisk disk) => disk.DeleteEndingIn(SnapshotFormat.UnfinishedSuffix);

    /// <summary>Deletes the snapshots before a position. One there is durable.</summary>
    public static void DropBefore(IDisk disk, ulong position)
    {
        foreach (var older in Positions(disk).Where(each => each < position)) disk.Delete(SnapshotFormat.FileName(older));
    }

    /// <summary>The newest snapshot of a checkpoint in a directory that another process may use; null when it has none. It may be gone when it is opened: then a newer one is there.</summary>
    /// <exception cref="IOException">The directory can't be read.</exception>
    public static string? NewestIn(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory).Where(path => SnapshotFormat.TryParseName(Path.GetFileName(path), out var position) && position > 0).Max(StringComparer.Ordinal) : null;

    /// <summary>Whether a directory has the state that its shard begins with, under the name of position 0.</summary>
    public static bool HasInitial(string directory) => File.Exists(Path.Combine(directory, SnapshotFormat.FileName(0)));

    /// <summary>What proves the state of a snapshot, as its writer gave it.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static byte[] ReadCertificate(IDisk disk, ulong position) => SnapshotReader.On(disk, position).Certificate.ToArray();

    /// <summary>The chunks of a snapshot, one after the other: of each its content, and where its part of the file begins.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written; thrown when the enumeration comes to that place.</exception>
    public static IEnumerable<(long Offset, byte[] Content)> ReadChunks(IDisk disk, ulong position) => SnapshotReader.On(disk, position).ReadChunks();
}
