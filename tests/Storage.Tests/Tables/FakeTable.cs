using System.Text.Json;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Tests;

/// <summary>A partition of a table service. What it refuses and when: "Performing entity group transactions" and "Understanding the Table service data model" of Azure's reference.</summary>
internal sealed class FakeTable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, TableRow> _rows = new(StringComparer.Ordinal);
    private int _version;

    /// <summary>How many rows each transaction changed.</summary>
    public List<int> Transactions { get; } = [];

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate) return [.. _rows.Keys];
        }
    }

    public TableRow? Find(string key)
    {
        lock (_gate) return _rows.GetValueOrDefault(key);
    }

    public TablePage Query(string first, string last, IReadOnlyList<string>? properties, string? continuation, int rowsMax)
    {
        lock (_gate)
        {
            var from = continuation ?? first;
            var rows = _rows.Values.Where(row => string.CompareOrdinal(row.Key, from) >= 0 && string.CompareOrdinal(row.Key, last) <= 0).Take(rowsMax + 1).ToList();
            var next = rows.Count > rowsMax ? rows[^1].Key : null;
            return new TablePage([.. rows.Take(rowsMax).Select(row => properties is null ? row : row with { Properties = Some(row, properties) })], next);
        }
    }

    public IReadOnlyList<string?> Commit(IReadOnlyList<RowChange> changes)
    {
        lock (_gate)
        {
            if (changes.Count is 0 or > 100) throw new StoreRefusedException(400, "InvalidInput");
            if (changes.Select(change => change.Row.Key).Distinct(StringComparer.Ordinal).Count() < changes.Count) throw new StoreRefusedException(400, "InvalidDuplicateRow");
            if (changes.Sum(BytesOf) > 4 * 1024 * 1024) throw new StoreRefusedException(413, "RequestBodyTooLarge");
            var after = changes.Select(After).ToList();
            for (var i = 0; i < changes.Count; i++)
            {
                if (after[i] is { } row) _rows[row.Key] = row;
                else _rows.Remove(changes[i].Row.Key);
            }

            Transactions.Add(changes.Count);
            return [.. after.Select(row => row?.ETag)];
        }
    }

    /// <summary>Takes a row away behind everybody's back.</summary>
    public void Lose(string key)
    {
        lock (_gate) Assert.True(_rows.Remove(key));
    }

    /// <summary>Changes a byte behind everybody's back.</summary>
    public void Rot(string key, string property, int at)
    {
        lock (_gate)
        {
            var bytes = _rows[key].Find<byte[]>(property)!.ToArray();
            bytes[at] ^= 0x10;
            _rows[key] = _rows[key] with { Properties = new Dictionary<string, object>(_rows[key].Properties, StringComparer.Ordinal) { [property] = bytes } };
        }
    }

    private TableRow? After(RowChange change)
    {
        var there = _rows.GetValueOrDefault(change.Row.Key);
        if (change.Kind == RowChangeKind.Insert)
        {
            if (there is not null) throw new StoreRefusedException(409, "EntityAlreadyExists");
            return Stored(change.Row);
        }

        if (there is null) throw new StoreRefusedException(404, "ResourceNotFound");
        if (change.IfMatch != RowChange.AnyVersion && change.IfMatch != there.ETag) throw new StoreRefusedException(412, "UpdateConditionNotSatisfied");
        if (change.Kind == RowChangeKind.Delete) return null;
        if (change.Kind == RowChangeKind.Replace) return Stored(change.Row);
        var merged = new Dictionary<string, object>(there.Properties, StringComparer.Ordinal);
        foreach (var (name, value) in change.Row.Properties) merged[name] = value;
        return Stored(change.Row with { Properties = merged });
    }

    private TableRow Stored(TableRow row)
    {
        if (row.Key.Length > 512 || row.Key.AsSpan().IndexOfAny("/\\#?") >= 0) throw new StoreRefusedException(400, "OutOfRangeInput");
        if (row.Properties.Count > 252) throw new StoreRefusedException(400, "TooManyProperties");
        var size = 4 + (row.Key.Length * 2);
        foreach (var (name, value) in row.Properties)
        {
            var length = value switch { byte[] bytes => bytes.Length, string text => text.Length * 2, long => 8, _ => throw new StoreRefusedException(400, "InvalidInput") };
            if (length > 64 * 1024) throw new StoreRefusedException(413, "PropertyValueTooLarge");
            size += 8 + (name.Length * 2) + 4 + length;
        }

        if (size > 1024 * 1024) throw new StoreRefusedException(413, "EntityTooLarge");
        return row with { ETag = $"W/\"{++_version}\"" };
    }

    // The body as it is sent: JSON, and around each a head of the length that real ones have.
    private static long BytesOf(RowChange change) => JsonSerializer.SerializeToUtf8Bytes(change.Row.Properties).Length + 700;

    private static Dictionary<string, object> Some(TableRow row, IReadOnlyList<string> properties) =>
        new(row.Properties.Where(property => properties.Contains(property.Key)), StringComparer.Ordinal);
}

/// <summary>Append blobs.</summary>
internal sealed class FakeBlobs
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (List<byte> Bytes, int Blocks)> _blobs = new(StringComparer.Ordinal);

    public int Create(string blob)
    {
        lock (_gate) return _blobs.TryAdd(blob, ([], 0)) ? 0 : throw new StoreRefusedException(409, "BlobAlreadyExists");
    }

    public int Append(string blob, long at, byte[] bytes)
    {
        lock (_gate)
        {
            if (bytes.Length is 0 or > IBlobStore.BlockBytesMax) throw new StoreRefusedException(413, "RequestBodyTooLarge");
            if (!_blobs.TryGetValue(blob, out var there)) throw new StoreRefusedException(404, "BlobNotFound");
            if (there.Bytes.Count != at) throw new StoreRefusedException(412, "AppendPositionConditionNotMet");
            if (there.Blocks == IBlobStore.BlocksMax) throw new StoreRefusedException(409, "BlockCountExceedsLimit");
            there.Bytes.AddRange(bytes);
            _blobs[blob] = (there.Bytes, there.Blocks + 1);
            return 0;
        }
    }

    public long? LengthOf(string blob)
    {
        lock (_gate) return _blobs.TryGetValue(blob, out var there) ? there.Bytes.Count : null;
    }

    public int Read(string blob, long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            if (!_blobs.TryGetValue(blob, out var there)) throw new StoreRefusedException(404, "BlobNotFound");
            var count = (int)Math.Clamp(there.Bytes.Count - offset, 0, destination.Length);
            if (count > 0) System.Runtime.InteropServices.CollectionsMarshal.AsSpan(there.Bytes).Slice((int)offset, count).CopyTo(destination);
            return count;
        }
    }

    public int Delete(string blob)
    {
        lock (_gate) return _blobs.Remove(blob) ? 1 : 0;
    }

    public IReadOnlyList<string> List()
    {
        lock (_gate) return [.. _blobs.Keys];
    }
}
