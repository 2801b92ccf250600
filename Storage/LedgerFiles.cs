using System.Buffers;

namespace KvStore.Storage;

/// <summary>
/// Entries by position, one after the other, each readable by its position. What was not flushed is lost in a power cut, and comes again from its
/// writer. One thread adds entries while another may flush or read.
/// </summary>
public sealed class LedgerFiles
{
    private readonly IDisk _disk;
    private readonly long _fileBytesMax;
    private readonly Lock _gate = new();
    private readonly Lock _flushing = new();
    private readonly SortedSet<string> _unflushed = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _entries = new();
    private readonly ArrayBufferWriter<byte> _index = new();
    private readonly List<ulong> _firsts;
    private long _length;
    private long _indexLength;
    private bool _isNew;

    private LedgerFiles(IDisk disk, long fileBytesMax, List<ulong> firsts, ulong next)
    {
        _disk = disk;
        _fileBytesMax = fileBytesMax;
        _firsts = firsts;
        Next = next;
    }

    /// <summary>The position of the entry that comes next.</summary>
    public ulong Next { get; private set; }

    /// <summary>Whether there is no entry.</summary>
    public bool IsEmpty => _firsts.Count == 0;

    /// <summary>Opens the disk's ledger. What is bad behind the entries that must be there is cut: it comes again from its writer.</summary>
    /// <param name="disk">The disk. Only this ledger touches its files named <c>ledger-…</c>.</param>
    /// <param name="last">The last position up to which it must be whole, if it has any entry that is not later.</param>
    /// <param name="fileBytesMax">About how long a file may become.</param>
    /// <exception cref="LedgerDamagedException">An entry that must be there is bad or missing. Nothing was changed on the disk.</exception>
    public static LedgerFiles Open(IDisk disk, ulong last, long fileBytesMax = 32 * 1024 * 1024)
    {
        var firsts = new List<ulong>();
        foreach (var file in disk.Files)
        {
            if (LedgerFormat.TryParseName(file, out var first)) firsts.Add(first);
        }

        if (firsts.Count == 0) return new LedgerFiles(disk, fileBytesMax, firsts, last + 1);
        var scan = LedgerScan.Of(disk, firsts[^1]);
        if (scan.Next <= last)
        {
            throw new LedgerDamagedException(disk.PathOf(LedgerFormat.FileName(firsts[^1])), scan.Length, $"the entry of position {scan.Next} is bad or missing.");
        }

        return new LedgerFiles(disk, fileBytesMax, firsts, scan.Next) { _length = scan.Length }.CutTo(scan);
    }

    /// <summary>Adds the next entry. It is written, and durable, with the next <see cref="Flush"/>.</summary>
    public void Add(ulong position, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(position, Next);
            if (_firsts.Count == 0) BeginFile();
            LedgerFormat.WriteIndexEntry(_index.GetSpan(LedgerFormat.IndexEntryBytes), position, _length + _entries.WrittenCount);
            _index.Advance(LedgerFormat.IndexEntryBytes);
            LedgerFormat.WriteEntryHeader(_entries.GetSpan(LedgerFormat.EntryHeaderBytes), position, content);
            _entries.Advance(LedgerFormat.EntryHeaderBytes);
            _entries.Write(content);
            Next++;
        }
    }

    /// <summary>
    /// Begins anew: what comes next is the entry of this position, behind a gap or in place of what was there. Entries that were not flushed are dropped.
    /// </summary>
    public void BeginAt(ulong position)
    {
        lock (_flushing)
        {
            lock (_gate)
            {
                if (position == Next) return;
                _entries.ResetWrittenCount();
                _index.ResetWrittenCount();
                Next = position;
                foreach (var file in _disk.Files.Where(file => IsFrom(file, position)).ToList()) _disk.Delete(file);
                _unflushed.RemoveWhere(file => IsFrom(file, position));
                // The file before may hold entries from this position on; the later file is asked first.
                _firsts.RemoveAll(first => first >= position);
                BeginFile();
            }
        }
    }

    /// <summary>Makes durable what was added.</summary>
    /// <exception cref="DiskFullException">There is no room; the flush may be tried again.</exception>
    public void Flush()
    {
        lock (_flushing)
        {
            // Whoever adds entries waits for the writing, and not for the disk.
            List<string> files;
            lock (_gate)
            {
                WriteWaiting();
                files = [.. _unflushed];
            }

            foreach (var file in files) _disk.Flush(file);
            if (files.Count > 0) _disk.FlushNames();
            lock (_gate) _unflushed.ExceptWith(files);
        }
    }

    /// <summary>The content of an entry; null when there is none at this position.</summary>
    /// <exception cref="LedgerDamagedException">It is not as it was written.</exception>
    public byte[]? Read(ulong position)
    {
        lock (_gate)
        {
            var at = _firsts.FindLastIndex(first => first <= position);
            if (at < 0 || position >= Next) return null;
            WriteWaiting();
            var isLast = at == _firsts.Count - 1;
            return LedgerScan.ReadEntry(_disk, _firsts[at], position) ?? (isLast ? throw Missing(_firsts[at], position) : AfterGap(_firsts[at], position));
        }
    }

    // The file before a gap ends early; what is behind its end was never there.
    private byte[]? AfterGap(ulong first, ulong position) => LedgerScan.Of(_disk, first) is { IsWhole: true } scan && position >= scan.Next ? null : throw Missing(first, position);

    private LedgerDamagedException Missing(ulong first, ulong position) =>
        new(_disk.PathOf(LedgerFormat.FileName(first)), LedgerScan.Of(_disk, first).Length, $"the entry of position {position} is bad or missing.");

    private LedgerFiles CutTo(LedgerScan scan)
    {
        var first = _firsts[^1];
        var (file, index) = (LedgerFormat.FileName(first), LedgerFormat.IndexName(first));
        if (!scan.IsWhole) _disk.Truncate(file, scan.Length);
        // The index is small; it is made again rather than judged.
        var bytes = scan.MakeIndex();
        if (!_disk.Files.Contains(index) || !_disk.ReadAll(index).AsSpan().SequenceEqual(bytes))
        {
            _disk.Write(index, 0, bytes);
            _disk.Truncate(index, bytes.Length);
        }

        _indexLength = bytes.Length;
        return this;
    }

    private static bool IsFrom(string file, ulong position)
    {
        var entries = file.EndsWith(LedgerFormat.IndexSuffix, StringComparison.Ordinal) ? file[..^LedgerFormat.IndexSuffix.Length] : file;
        return LedgerFormat.TryParseName(entries, out var first) && first >= position;
    }

    private void BeginFile()
    {
        _firsts.Add(Next);
        (_length, _indexLength, _isNew) = (0, 0, true);
    }

    private void WriteWaiting()
    {
        if (_entries.WrittenCount == 0 && !_isNew) return;
        var (file, index) = (LedgerFormat.FileName(_firsts[^1]), LedgerFormat.IndexName(_firsts[^1]));
        // An empty file says that there is a gap before it.
        _disk.Allocate(file, 0);
        _disk.Allocate(index, 0);
        _disk.Write(file, _length, _entries.WrittenSpan);
        _disk.Write(index, _indexLength, _index.WrittenSpan);
        _unflushed.UnionWith([file, index]);
        _isNew = false;
        (_length, _indexLength) = (_length + _entries.WrittenCount, _indexLength + _index.WrittenCount);
        _entries.ResetWrittenCount();
        _index.ResetWrittenCount();
        if (_length >= _fileBytesMax) BeginFile();
    }
}
