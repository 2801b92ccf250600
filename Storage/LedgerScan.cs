namespace KvStore.Storage;

/// <summary>What the entries of one ledger file say.</summary>
internal sealed class LedgerScan
{
    private readonly ulong _first;
    private readonly List<long> _offsets = [];

    private LedgerScan(ulong first) => _first = first;

    /// <summary>The position behind the last good entry.</summary>
    public ulong Next => _first + (ulong)_offsets.Count;

    /// <summary>Where the first bad byte is, or the end.</summary>
    public long Length { get; private set; }

    /// <summary>Whether there is nothing bad.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads a file from its beginning to the first bad entry.</summary>
    public static LedgerScan Of(IDisk disk, ulong first)
    {
        var scan = new LedgerScan(first);
        var file = LedgerFormat.FileName(first);
        while (ReadAt(disk, file, scan.Next, scan.Length) is { } content)
        {
            scan._offsets.Add(scan.Length);
            scan.Length += LedgerFormat.EntryHeaderBytes + content.Length;
        }

        scan.IsWhole = scan.Length == disk.LengthOf(file);
        return scan;
    }

    /// <summary>Finds an entry by the index, or by reading the file when the index does not know it; null when it is not there.</summary>
    public static byte[]? ReadEntry(IDisk disk, ulong first, ulong position)
    {
        Span<byte> entry = stackalloc byte[LedgerFormat.IndexEntryBytes];
        var (file, index) = (LedgerFormat.FileName(first), LedgerFormat.IndexName(first));
        var number = (long)(position - first);
        var isIndexed = disk.Files.Contains(index) && disk.Read(index, number * LedgerFormat.IndexEntryBytes, entry) == entry.Length;
        if (isIndexed && LedgerFormat.TryReadIndexEntry(entry, position, out var offset) && ReadAt(disk, file, position, offset) is { } content) return content;
        var scan = Of(disk, first);
        return position < scan.Next ? ReadAt(disk, file, position, scan._offsets[(int)number]) : null;
    }

    /// <summary>The index of these entries.</summary>
    public byte[] MakeIndex()
    {
        var bytes = new byte[_offsets.Count * LedgerFormat.IndexEntryBytes];
        for (var i = 0; i < _offsets.Count; i++) LedgerFormat.WriteIndexEntry(bytes.AsSpan(i * LedgerFormat.IndexEntryBytes), _first + (ulong)i, _offsets[i]);
        return bytes;
    }

    private static byte[]? ReadAt(IDisk disk, string file, ulong position, long offset)
    {
        Span<byte> header = stackalloc byte[LedgerFormat.EntryHeaderBytes];
        if (disk.Read(file, offset, header) < header.Length || !LedgerFormat.TryReadLength(header, position, out var length)) return null;
        if (length > disk.LengthOf(file) - offset - header.Length) return null;
        var content = new byte[length];
        _ = disk.Read(file, offset + header.Length, content);
        return LedgerFormat.IsGood(header, content) ? content : null;
    }
}
