namespace KvStore.Storage.Tables;

/// <summary>Changes that are made together with the lease row, within what the service takes at once.</summary>
internal sealed class CommitBatch(ulong next)
{
    private readonly List<RowChange> _changes = [];

    // The lease row, and what surrounds the rows.
    private int _bytes = 8 * 1024;

    public IReadOnlyList<RowChange> Changes => _changes;

    /// <summary>How many data rows there are more after it; may be negative.</summary>
    public long RowsAdded { get; private set; }

    /// <summary>The sequence of the next data row.</summary>
    public ulong Next { get; private set; } = next;

    public bool IsEmpty => _changes.Count == 0;

    /// <summary>How many further changes have room, as to their number.</summary>
    public int Room => ITableStore.ChangesMax - 1 - _changes.Count;

    /// <summary>Whether a row has room.</summary>
    public bool Takes(TableRow row) => Room > 0 && _bytes + TableKeys.RequestBytes(row) <= ITableStore.RequestBytesMax;

    /// <summary>The sequence for a data row that is made next.</summary>
    public ulong TakeSequence() => Next++;

    public void Add(RowChange change)
    {
        _changes.Add(change);
        _bytes += TableKeys.RequestBytes(change.Row);
        if (!TableKeys.TryParseData(change.Row.Key, out _)) return;
        if (change.Kind == RowChangeKind.Insert) RowsAdded++;
        if (change.Kind == RowChangeKind.Delete) RowsAdded--;
    }

    public void Delete(string key) => Add(new RowChange(RowChangeKind.Delete, new TableRow(key, new Dictionary<string, object>(StringComparer.Ordinal))));
}
