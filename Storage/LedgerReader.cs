namespace KvStore.Storage;

/// <summary>What one file of a ledger holds.</summary>
/// <param name="Path">Where people find it.</param>
/// <param name="First">The position of its first entry.</param>
/// <param name="Next">The position behind its last entry that counts: entries that a later file has as well count there.</param>
/// <param name="WholeBytes">Where the first bad byte is, or the end.</param>
/// <param name="Bytes">How long the file is.</param>
/// <param name="IsIndexGood">Whether its index leads to these entries; the entries can be read without it.</param>
public sealed record LedgerExtent(string Path, ulong First, ulong Next, long WholeBytes, long Bytes, bool IsIndexGood);

/// <summary>Reads a ledger without using it: also beside the replica that writes it, whose last entries may be there in part.</summary>
public sealed class LedgerReader
{
    private readonly IDisk _disk;
    private readonly List<ulong> _firsts = [];

    /// <summary>Looks which files there are.</summary>
    public LedgerReader(IDisk disk)
    {
        _disk = disk;
        foreach (var file in disk.Files)
        {
            if (LedgerFormat.TryParseName(file, out var first)) _firsts.Add(first);
        }
    }

    /// <summary>The files, by their first positions. Each is read from its beginning to its first bad entry.</summary>
    public IEnumerable<LedgerExtent> Extents()
    {
        for (var at = 0; at < _firsts.Count; at++)
        {
            var first = _firsts[at];
            var scan = LedgerScan.Of(_disk, first);
            var (file, index) = (LedgerFormat.FileName(first), LedgerFormat.IndexName(first));
            var end = at + 1 < _firsts.Count ? Math.Min(_firsts[at + 1], scan.Next) : scan.Next;
            yield return new LedgerExtent(_disk.PathOf(file), first, end, scan.Length, _disk.LengthOf(file), IsIndexOf(index, scan));
        }
    }

    /// <summary>The content of an entry; null when no file has it whole.</summary>
    public byte[]? Read(ulong position)
    {
        var at = _firsts.FindLastIndex(first => first <= position);
        return at < 0 ? null : LedgerScan.ReadEntry(_disk, _firsts[at], position);
    }

    // It is written behind the entries, and may lack the last.
    private bool IsIndexOf(string index, LedgerScan scan)
    {
        if (!_disk.Files.Contains(index)) return scan.Length == 0;
        var (expected, bytes) = (scan.MakeIndex(), _disk.ReadAll(index));
        var shared = Math.Min(expected.Length, bytes.Length);
        return bytes.AsSpan(0, shared).SequenceEqual(expected.AsSpan(0, shared));
    }
}
