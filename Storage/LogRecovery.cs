namespace KvStore.Storage;

/// <summary>Finds the segments and removes what a crash left behind.</summary>
internal static class LogRecovery
{
    /// <summary>The segment in which the log goes on, all of it durable; null when there is no log.</summary>
    /// <exception cref="LogDamagedException">There is something that no crash explains. Nothing was changed on the disk.</exception>
    public static SegmentReader? Recover(IDisk disk)
    {
        var segments = Segments(disk);
        // The newest says all that is needed of the older ones, but the state at its basis may still have to be made from them.
        var current = segments.Count == 0 ? null : SegmentReader.Read(disk, segments[^1]);
        // Only now is anything changed, so that a damaged log stays as it was found.
        disk.DeleteEndingIn(SegmentWriter.UnfinishedSuffix);
        if (current is null) return null;
        var name = SegmentHeader.FileName(current.Header.Segment);
        // What is behind the cut must not look like records of what is written there next.
        if (current.HasTornTail) disk.Truncate(name, current.ValidLength);
        // After a process ended without a power cut, what it had not flushed is there and still not durable.
        disk.Flush(name);
        disk.FlushNames();
        return current;
    }

    /// <summary>The numbers of the disk's segments, ascending.</summary>
    public static List<ulong> Segments(IDisk disk)
    {
        var segments = new List<ulong>();
        foreach (var file in disk.Files)
        {
            if (SegmentHeader.TryParseName(file, out var number)) segments.Add(number);
        }

        segments.Sort();
        return segments;
    }
}
