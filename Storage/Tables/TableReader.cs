namespace KvStore.Storage.Tables;

/// <summary>Reads files' bytes from where they lie, and checks what rows hold.</summary>
internal sealed class TableReader(ITableStore table, IBlobStore blobs, StoreRetries retries)
{
    /// <summary>Reads pieces of a file, ascending; what lies between them is left as it is.</summary>
    /// <exception cref="TableDamagedException">A row or a blob does not hold what was written there.</exception>
    public void Read(TableFile file, IReadOnlyList<Piece> pieces, long offset, Span<byte> destination)
    {
        var inRows = new SortedDictionary<ulong, List<Piece>>();
        foreach (var piece in pieces)
        {
            var part = destination.Slice((int)(piece.Offset - offset), (int)piece.Length);
            if (piece.Row is not { } row) piece.Waiting.Span.CopyTo(part);
            else if (row.Blob is not null) ReadBlob(file, row, piece, part);
            else if (inRows.TryGetValue(row.Sequence, out var others)) others.Add(piece);
            else inRows.Add(row.Sequence, [piece]);
        }

        if (inRows.Count > 0) ReadRows(inRows, offset, destination);
    }

    // One query for all: what lies between the first and the last is mostly of the same file.
    private void ReadRows(SortedDictionary<ulong, List<Piece>> wanted, long offset, Span<byte> destination)
    {
        var found = 0;
        foreach (var stored in retries.Query(table, TableKeys.DataKey(wanted.First().Key), TableKeys.DataKey(wanted.Last().Key), properties: null))
        {
            if (!TableKeys.TryParseData(stored.Key, out var sequence) || !wanted.TryGetValue(sequence, out var pieces)) continue;
            var content = TableKeys.ContentOf(stored);
            foreach (var piece in pieces)
            {
                var from = (int)(piece.Offset - piece.Row!.Offset);
                if (content is null || from + piece.Length > content.Length) throw Damaged(stored.Key, piece.Row.Offset, "the row does not hold what was written there.");
                content.AsSpan(from, (int)piece.Length).CopyTo(destination[(int)(piece.Offset - offset)..]);
            }

            found++;
        }

        if (found < wanted.Count) throw Damaged(TableKeys.DataKey(wanted.First().Key), offset, "rows are missing.");
    }

    private void ReadBlob(TableFile file, StoredRow row, Piece piece, Span<byte> part)
    {
        var at = row.BlobAt + (piece.Offset - row.Offset);
        while (!part.IsEmpty)
        {
            var some = part[..Math.Min(part.Length, BlobWindow.BytesMax)];
            if (!file.Window.TryRead(row.Blob!, at, some))
            {
                var bytes = ReadAhead(row.Blob!, at);
                if (bytes.Length < some.Length) throw new TableDamagedException($"{blobs.Name}/{row.Blob}", at, "the blob is shorter than what was written to it.");
                file.Window.Keep(row.Blob!, at, bytes);
                bytes.AsSpan(0, some.Length).CopyTo(some);
            }

            at += some.Length;
            part = part[some.Length..];
        }
    }

    private byte[] ReadAhead(string blob, long at)
    {
        var bytes = new byte[BlobWindow.BytesMax];
        var count = retries.Do($"read the blob {blobs.Name}/{blob}", _ =>
        {
            try
            {
                return blobs.Read(blob, at, bytes);
            }
            catch (StoreRefusedException refused) when (refused.Status == 404)
            {
                throw new TableDamagedException($"{blobs.Name}/{blob}", at, "the blob is missing.");
            }
        });
        return count == bytes.Length ? bytes : bytes[..count];
    }

    private TableDamagedException Damaged(string key, long offset, string what) => new($"{table.Name}/{key}", offset, what);
}
