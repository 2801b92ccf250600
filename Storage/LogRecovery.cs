namespace KvStore.Storage;

/// <summary>Finds the segment that counts and removes what a crash left behind.</summary>
internal static class LogRecovery
{
    /// <summary>
    /// The segment in which the log goes on, all of it durable and the only one on the disk; null when there is no log, or only the
    /// beginning of one that was never used.
    /// </summary>
    /// <exception cref="LogDamagedException">There is something that no crash explains. Nothing was changed on the disk.</exception>
    public static SegmentReader? Recover(IDisk disk)
    {
        var segments = Segments(disk);
        var current = FindCurrent(disk, segments);
        // Only now is anything changed, so that a damaged log stays as it was found.
        foreach (var (_, file) in segments)
        {
            if (current is null || file != SegmentHeader.FileName(current.Header.Segment)) disk.Delete(file);
        }

        if (current is null) return null;
        var name = SegmentHeader.FileName(current.Header.Segment);
        if (current.ValidLength < disk.Read(name).Length) disk.Truncate(name, current.ValidLength);
        // After a process ended without a power cut, what it had not flushed is there and still not durable.
        disk.Flush(name);
        return current;
    }

    /// <summary>The newest complete segment. A newer incomplete one is the work of a compaction that did not get to its end.</summary>
    private static SegmentReader? FindCurrent(IDisk disk, List<(ulong Number, string File)> segments)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            var (number, file) = segments[i];
            var bytes = disk.Read(file);
            var segment = SegmentReader.Read(file, number, bytes);
            if (segment.IsComplete) return segment;
            var isOldest = i == segments.Count - 1;
            if (!isOldest) continue;
            // The very first segment holds nothing before its header is durable, so a short header alone is a creation that was cut.
            var isCutCreation = segments.Count == 1 && number == 1 && bytes.Length < SegmentHeader.Length;
            if (isCutCreation) continue;
            throw new LogDamagedException(file, segment.ValidLength, "the beginning of the only segment is bad or missing.");
        }

        return null;
    }

    /// <summary>The disk's segments, newest first.</summary>
    private static List<(ulong Number, string File)> Segments(IDisk disk)
    {
        var segments = new List<(ulong Number, string File)>();
        foreach (var file in disk.Files)
        {
            if (SegmentHeader.TryParseName(file, out var number)) segments.Add((number, file));
        }

        segments.Sort((left, right) => right.Number.CompareTo(left.Number));
        return segments;
    }
}
