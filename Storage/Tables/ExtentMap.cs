namespace KvStore.Storage.Tables;

/// <summary>A data row of the table.</summary>
internal sealed class StoredRow(ulong sequence, long offset, string? blob, long blobAt)
{
    public ulong Sequence => sequence;

    /// <summary>Where in the file its bytes begin.</summary>
    public long Offset => offset;

    /// <summary>The blob that holds them; null when the row does.</summary>
    public string? Blob => blob;

    /// <summary>Where they begin there.</summary>
    public long BlobAt => blobAt;

    /// <summary>How many of them count.</summary>
    public long Length { get; set; }

    /// <summary>How many of them were not written over since.</summary>
    public long LiveBytes { get; set; }

    public long End => Offset + Length;
}

/// <summary>Bytes of a file that lie in one place: waiting in memory, or in a row.</summary>
internal readonly record struct Piece(long Offset, ReadOnlyMemory<byte> Waiting, StoredRow? Row, long Length)
{
    public long End => Offset + Length;

    public static Piece Of(long offset, ReadOnlyMemory<byte> waiting) => new(offset, waiting, null, waiting.Length);

    public static Piece Of(StoredRow row) => new(row.Offset, default, row, row.Length);

    public Piece Part(long from, long to) =>
        new(from, Row is null ? Waiting[(int)(from - Offset)..(int)(to - Offset)] : default, Row, to - from);
}

/// <summary>Which place holds each byte of a file: the last one that was written. What is in none is zeros.</summary>
internal sealed class ExtentMap
{
    private readonly List<Piece> _pieces = [];
    private readonly List<StoredRow> _overwritten = [];
    private long _waitsFrom = long.MaxValue;

    /// <summary>Where the last piece ends.</summary>
    public long End => _pieces.Count == 0 ? 0 : _pieces[^1].End;

    /// <summary>Whether anything waits in memory.</summary>
    public bool IsWaiting => _waitsFrom < long.MaxValue;

    /// <summary>Puts a piece over what is there.</summary>
    public void Put(Piece piece)
    {
        if (piece.Length == 0) return;
        _pieces.Insert(Clear(piece.Offset, piece.End), piece);
        if (piece.Row is { } row) row.LiveBytes += piece.Length;
        else _waitsFrom = Math.Min(_waitsFrom, piece.Offset);
    }

    /// <summary>Takes away everything from a place on.</summary>
    public void Cut(long length) => Clear(length, long.MaxValue);

    /// <summary>The pieces between two places, ascending.</summary>
    public IEnumerable<Piece> Between(long from, long to)
    {
        for (var i = FirstEndingAfter(from); i < _pieces.Count && _pieces[i].Offset < to; i++)
        {
            yield return _pieces[i].Part(Math.Max(from, _pieces[i].Offset), Math.Min(to, _pieces[i].End));
        }
    }

    /// <summary>What waits in memory, as runs without gaps, ascending. Each is to be put back as what became of it, before <see cref="NothingWaits"/>.</summary>
    public IReadOnlyList<(long Offset, byte[] Content)> WaitingRuns()
    {
        var runs = new List<(long Offset, byte[] Content)>();
        var run = new List<Piece>();
        foreach (var piece in Between(_waitsFrom, long.MaxValue).Where(piece => piece.Row is null))
        {
            if (run.Count > 0 && run[^1].End != piece.Offset)
            {
                runs.Add(Join(run));
                run.Clear();
            }

            run.Add(piece);
        }

        if (run.Count > 0) runs.Add(Join(run));
        return runs;
    }

    /// <summary>The rows none of whose bytes count any more, once what was written over them is durable.</summary>
    public IReadOnlyList<StoredRow> TakeOverwritten()
    {
        var rows = _overwritten.ToArray();
        _overwritten.Clear();
        return rows;
    }

    /// <summary>All that waited was put back.</summary>
    public void NothingWaits() => _waitsFrom = long.MaxValue;

    private static (long Offset, byte[] Content) Join(List<Piece> run)
    {
        var content = new byte[run[^1].End - run[0].Offset];
        foreach (var piece in run) piece.Waiting.Span.CopyTo(content.AsSpan((int)(piece.Offset - run[0].Offset)));
        return (run[0].Offset, content);
    }

    // Gives the index at which a piece from that place on belongs.
    private int Clear(long from, long to)
    {
        var at = FirstEndingAfter(from);
        Piece? head = null, tail = null;
        var last = at;
        for (; last < _pieces.Count && _pieces[last].Offset < to; last++)
        {
            var piece = _pieces[last];
            if (piece.Offset < from) head = piece.Part(piece.Offset, from);
            if (piece.End > to) tail = piece.Part(to, piece.End);
            if (piece.Row is not { } row) continue;
            row.LiveBytes -= Math.Min(to, piece.End) - Math.Max(from, piece.Offset);
            if (row.LiveBytes == 0) _overwritten.Add(row);
        }

        _pieces.RemoveRange(at, last - at);
        if (tail is { } behind) _pieces.Insert(at, behind);
        if (head is { } before) _pieces.Insert(at++, before);
        return at;
    }

    private int FirstEndingAfter(long place)
    {
        var (low, high) = (0, _pieces.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_pieces[middle].End > place) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
