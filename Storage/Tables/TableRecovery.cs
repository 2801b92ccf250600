namespace KvStore.Storage.Tables;

/// <summary>What a new holder finds. It has replaced the lease row before, so nothing that it reads changes but by itself.</summary>
internal sealed class TableRecovery(FencedTable lease, ITableStore table, IBlobStore blobs, StoreRetries retries)
{
    private readonly SortedDictionary<ulong, TableFile> _files = [];
    private readonly List<string> _needless = [];

    /// <summary>Rows of files without a name, and rows that were written over.</summary>
    public IReadOnlyList<string> NeedlessRows => _needless;

    /// <summary>Blobs that no row names: of files that are gone, and what former holders wrote and never committed.</summary>
    public IReadOnlyList<string> NeedlessBlobs { get; private set; } = [];

    /// <summary>The files that have names.</summary>
    /// <exception cref="TableDamagedException">Rows or blobs are not there that were committed.</exception>
    public IReadOnlyCollection<TableFile> Recover(Func<string, bool> isInRows)
    {
        foreach (var row in retries.Query(table, TableKeys.FileKey(0), TableKeys.FileKey(ulong.MaxValue), properties: null)) AddFile(row, isInRows);
        var (count, last) = (0UL, 0UL);
        foreach (var row in retries.Query(table, TableKeys.DataKey(0), TableKeys.DataKey(ulong.MaxValue), TableKeys.Placement))
        {
            if (!TableKeys.TryParseData(row.Key, out last)) throw Damaged(row.Key, 0, "the row's key is none of a replica's.");
            count++;
            AddData(row, last);
        }

        // The lease row, which every commit replaces, says how many there are: a row that is lost, at the end too, is not taken for one that was never written.
        if (count != lease.Rows) throw Damaged(TableKeys.DataKey(last), 0, $"there are {count} data rows, and the last commit left {lease.Rows}.");
        if (last >= lease.Next) throw Damaged(TableKeys.DataKey(last), 0, $"the last commit left no row from {lease.Next} on.");
        foreach (var file in _files.Values) Settle(file);
        CheckBlobs();
        return _files.Values;
    }

    private void AddFile(TableRow row, Func<string, bool> isInRows)
    {
        if (!TableKeys.TryParseFile(row.Key, out var id) || row.Find<string>(TableKeys.FileName) is not { Length: > 0 } name) throw Damaged(row.Key, 0, "the row is none of a replica's.");
        if (_files.Values.Any(file => file.RowName == name)) throw Damaged(row.Key, 0, $"two files have the name {name}.");
        _files.Add(id, new TableFile(id, isInRows(name)) { RowName = name, RowLength = row.Find<long>(TableKeys.Length) });
    }

    private void AddData(TableRow row, ulong sequence)
    {
        var (id, offset, length) = (row.Find<long>(TableKeys.File), row.Find<long>(TableKeys.Offset), row.Find<long>(TableKeys.Length));
        if (id <= 0 || offset < 0 || length <= 0) throw Damaged(row.Key, 0, "the row does not say where its bytes belong.");
        if (_files.TryGetValue((ulong)id, out var file)) file.Add(new StoredRow(sequence, offset, row.Find<string>(TableKeys.Blob), row.Find<long>(TableKeys.BlobAt)) { Length = length });
        else _needless.Add(row.Key);
    }

    private void Settle(TableFile file)
    {
        file.Length = file.FlushedLength = Math.Max(file.Length, file.RowLength ?? 0);
        foreach (var row in file.Map.TakeOverwritten())
        {
            file.Rows.Remove(row.Sequence);
            _needless.Add(TableKeys.DataKey(row.Sequence));
        }
    }

    private void CheckBlobs()
    {
        var there = retries.Do($"list the blobs of {blobs.Name}", _ => blobs.List()).ToHashSet(StringComparer.Ordinal);
        var named = _files.Values.SelectMany(file => file.Rows.Values).Select(row => row.Blob).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (named.FirstOrDefault(blob => !there.Contains(blob)) is { } missing) throw new TableDamagedException($"{blobs.Name}/{missing}", 0, "the blob is missing.");
        NeedlessBlobs = [.. there.Except(named, StringComparer.Ordinal)];
    }

    private TableDamagedException Damaged(string key, long offset, string what) => new($"{table.Name}/{key}", offset, what);
}
