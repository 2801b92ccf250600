namespace KvStore.Storage;

/// <summary>What the files of a replica's directory are, by their names: nothing of them is read, and whoever holds the lease may go on.</summary>
/// <param name="Bytes">The bytes of all of them.</param>
/// <param name="LogBytes">The bytes of the log's segments, with the room that was made in advance.</param>
/// <param name="LedgerBytes">The bytes of the ledger with its indices.</param>
/// <param name="Snapshot">The position of the newest snapshot; null when there is none.</param>
/// <param name="LedgerFirst">The first position that the ledger has a file of; null when it has none.</param>
public sealed record ReplicaFiles(long Bytes, long LogBytes, long LedgerBytes, ulong? Snapshot, ulong? LedgerFirst)
{
    /// <summary>Looks at a directory, with those in it.</summary>
    /// <exception cref="IOException">It can't be looked at.</exception>
    public static ReplicaFiles In(string directory)
    {
        var found = new ReplicaFiles(0, 0, 0, null, null);
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            // One may be gone since it was listed: a running replica drops what it does not need any more.
            file.Refresh();
            if (file.Exists) found = found.With(file.Name, file.Length, isOwn: file.DirectoryName == Path.GetFullPath(directory).TrimEnd(Path.DirectorySeparatorChar));
        }

        return found;
    }

    private ReplicaFiles With(string name, long length, bool isOwn)
    {
        var sum = this with { Bytes = Bytes + length };
        if (!isOwn) return sum;
        if (SegmentHeader.TryParseName(name, out _)) return sum with { LogBytes = LogBytes + length };
        if (SnapshotFormat.TryParseName(name, out var position)) return sum with { Snapshot = Math.Max(Snapshot ?? 0, position) };
        if (LedgerFormat.TryParseName(name, out var first)) return sum with { LedgerBytes = LedgerBytes + length, LedgerFirst = Math.Min(LedgerFirst ?? first, first) };
        return name.EndsWith(LedgerFormat.IndexSuffix, StringComparison.Ordinal) ? sum with { LedgerBytes = LedgerBytes + length } : sum;
    }
}
