namespace KvStore.Storage.Tables;

/// <summary>A file: where its bytes are, those that wait included.</summary>
/// <param name="id">Its number, which its rows carry.</param>
/// <param name="inRows">Whether its bytes are kept in rows; else in blobs.</param>
internal sealed class TableFile(ulong id, bool inRows)
{
    public ulong Id => id;

    public bool InRows => inRows;

    /// <summary>Held by who uses it: a ledger is flushed by one thread while another reads it.</summary>
    public Lock Gate { get; } = new();

    public ExtentMap Map { get; } = new();

    /// <summary>Its rows by their sequence; those without live bytes too, until they are deleted.</summary>
    public SortedDictionary<ulong, StoredRow> Rows { get; } = [];

    /// <summary>The one of the highest sequence; null when there is none, or it is gone.</summary>
    public StoredRow? LastRow { get; private set; }

    /// <summary>Its length, durable or not.</summary>
    public long Length { get; set; }

    /// <summary>The length that it had when it was last flushed.</summary>
    public long FlushedLength { get; set; }

    /// <summary>The length that its row says; null when it has none.</summary>
    public long? RowLength { get; set; }

    /// <summary>The name in its row.</summary>
    public string RowName { get; set; } = "";

    /// <summary>The blob that this holder adds bytes to.</summary>
    public BlobWriter? Blob { get; set; }

    /// <summary>What was read last of a blob.</summary>
    public BlobWindow Window { get; } = new();

    /// <summary>A row that is there.</summary>
    public void Add(StoredRow row)
    {
        Rows.Add(row.Sequence, row);
        LastRow = row;
        Map.Put(Piece.Of(row));
        Length = Math.Max(Length, row.End);
    }
}

/// <summary>Bytes of a blob that were read ahead. They never change.</summary>
internal sealed class BlobWindow
{
    /// <summary>So much is read at once: most readers go on where they stopped.</summary>
    public const int BytesMax = 1024 * 1024;

    private string? _blob;
    private long _offset;
    private byte[] _bytes = [];

    /// <summary>Copies what is asked for when all of it is here.</summary>
    public bool TryRead(string blob, long offset, Span<byte> destination)
    {
        if (!string.Equals(blob, _blob, StringComparison.Ordinal) || offset < _offset || offset + destination.Length > _offset + _bytes.Length) return false;
        _bytes.AsSpan((int)(offset - _offset), destination.Length).CopyTo(destination);
        return true;
    }

    public void Keep(string blob, long offset, byte[] bytes) => (_blob, _offset, _bytes) = (blob, offset, bytes);
}
