namespace KvStore.Storage.Tables;

/// <summary>
/// A replica's disk in a table's partition and in blobs, which nobody but the holder of its lease can change. The log's files are rows, which are committed many
/// at a time; all other files are blobs that rows name. docs/azure-storage.md has the layout.
/// </summary>
/// <remarks>
/// A process that ends leaves what a power cut leaves. Who loses the lease, or gets no answer that settles anything, throws <see cref="DiskFailedException"/>
/// then and ever after.
/// </remarks>
public sealed class TableDisk : IDisk
{
    private readonly ITableStore _table;
    private readonly FencedTable _lease;
    private readonly TableReader _reader;
    private readonly TableWriter _writer;
    private readonly Lock _gate = new();
    private readonly TableNames _names = new();
    private uint _filesMade;

    private TableDisk(ITableStore table, IBlobStore blobs, TableDiskOptions options)
    {
        _table = table;
        var retries = new StoreRetries(options);
        _lease = FencedTable.Claim(table, retries, options);
        (_reader, _writer) = (new TableReader(table, blobs, retries), new TableWriter(_lease, blobs, retries));
        var recovery = new TableRecovery(_lease, table, blobs, retries);
        foreach (var file in recovery.Recover(IsInRows)) _names.Load(file);
        foreach (var key in recovery.NeedlessRows) _writer.AddNeedless(key);
        _writer.DeleteBlobs(recovery.NeedlessBlobs);
    }

    /// <inheritdoc/>
    public ulong Epoch => _lease.Epoch;

    /// <inheritdoc/>
    public bool IsHeld => _lease.IsHeld;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files
    {
        get
        {
            lock (_gate) return _names.Names;
        }
    }

    /// <summary>Takes the lease of a partition, from whoever held it and shows no sign of life, and reads what is there.</summary>
    /// <param name="table">The replica's partition, and nobody else's.</param>
    /// <param name="blobs">The replica's blobs, and nobody else's.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="ArgumentException">By the options a holder would believe in its lease after another one may have taken it.</exception>
    /// <exception cref="DiskInUseException">Another process uses it.</exception>
    /// <exception cref="TableDamagedException">Something that was committed is not there.</exception>
    /// <exception cref="DiskFailedException">The service can't be reached, or refuses.</exception>
    public static TableDisk Open(ITableStore table, IBlobStore blobs, TableDiskOptions? options = null)
    {
        var used = options ?? new TableDiskOptions();
        if (used.ObserveFor > TimeSpan.Zero && used.HeldFor >= used.ObserveFor)
            throw new ArgumentException($"HeldFor ({used.HeldFor}) must be less than ObserveFor ({used.ObserveFor}): who observes a lease for that long takes it.", nameof(options));
        return new TableDisk(table, blobs, used);
    }

    /// <inheritdoc/>
    public string PathOf(string file) => $"{_table.Name}/{file}";

    /// <inheritdoc/>
    public long LengthOf(string file)
    {
        lock (_gate) return _names.Find(file).Length;
    }

    /// <inheritdoc/>
    public int Read(string file, long offset, Span<byte> destination)
    {
        var it = Find(file);
        lock (it.Gate)
        {
            var count = (int)Math.Clamp(it.Length - offset, 0, destination.Length);
            destination[..count].Clear();
            if (count > 0) _reader.Read(it, [.. it.Map.Between(offset, offset + count)], offset, destination[..count]);
            return count;
        }
    }

    /// <inheritdoc/>
    public void Allocate(string file, long length)
    {
        var it = FindOrCreate(file);
        lock (it.Gate) it.Length = Math.Max(it.Length, length); // Nothing is full, and zeros need no place.
    }

    /// <inheritdoc/>
    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var it = FindOrCreate(file);
        lock (it.Gate)
        {
            it.Map.Put(Piece.Of(offset, bytes.ToArray()));
            it.Length = Math.Max(it.Length, offset + bytes.Length);
        }
    }

    /// <inheritdoc/>
    public void Flush(string file)
    {
        var it = Find(file);
        lock (it.Gate) _writer.Flush(it);
    }

    /// <inheritdoc/>
    public void FlushNames()
    {
        IReadOnlyList<TableFile> gone;
        lock (_gate)
        {
            if (!_names.IsWaiting) return;
            gone = _writer.FlushNames(_names);
        }

        _writer.DeleteBlobs(gone.SelectMany(file => file.Rows.Values).Select(row => row.Blob).OfType<string>().Distinct(StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            _lease.RequireSound();
            var it = _names.Find(from);
            if (it.InRows != IsInRows(to)) throw new ArgumentException($"{from} can't become {to}: the one is kept in rows, and the other in blobs.", nameof(to));
            _names.Rename(from, to);
        }
    }

    /// <inheritdoc/>
    public void Truncate(string file, long length)
    {
        var it = Find(file);
        lock (it.Gate)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, it.Length);
            _writer.Flush(it);
            _writer.Cut(it, length);
        }
    }

    /// <inheritdoc/>
    public void Delete(string file)
    {
        lock (_gate)
        {
            _lease.RequireSound();
            _names.Delete(file);
        }
    }

    /// <summary>Shows that the holder is alive. To be called a few times within <see cref="TableDiskOptions.ObserveFor"/>, by any thread: an idle replica commits nothing.</summary>
    /// <exception cref="DiskFailedException">The lease is lost.</exception>
    public void Renew() => _writer.Renew();

    /// <summary>Gives up the lease. It flushes nothing.</summary>
    public void Dispose() => _writer.Release();

    // What is appended with every batch is small and soon gone; the rest is large or stays.
    private static bool IsInRows(string file) => file.StartsWith("wal-", StringComparison.Ordinal);

    private TableFile Find(string file)
    {
        lock (_gate)
        {
            _lease.RequireSound();
            return _names.Find(file);
        }
    }

    private TableFile FindOrCreate(string file)
    {
        lock (_gate)
        {
            _lease.RequireSound();
            if (_names.TryFind(file) is { } found) return found;
            var made = new TableFile((_lease.Epoch << 32) | ++_filesMade, IsInRows(file));
            _names.Create(file, made);
            return made;
        }
    }
}
