// What is durable before what (protocol.md section 11): the bytes that go to a blob are there before the row that names them; the rows of one commit are there
// together; and what makes rows needless is durable before they are deleted. So at any moment the rows that are there say a state that the disk had.
using KvStore.Protocol;

namespace KvStore.Storage.Tables;

/// <summary>Writes files' bytes, lengths and names through the fence.</summary>
internal sealed class TableWriter(FencedTable table, IBlobStore blobs, StoreRetries retries)
{
    // So many rows that are not needed any more go with each commit, which costs no further request.
    private const int DeletedWithCommitMax = 32;

    private readonly Queue<string> _needlessRows = new();
    private readonly Lock _gate = new();
    private uint _blobCount;

    /// <summary>A row that is not needed any more.</summary>
    public void AddNeedless(string key)
    {
        lock (_gate) _needlessRows.Enqueue(key);
    }

    /// <summary>Makes durable all of a file that waits, and its length.</summary>
    public void Flush(TableFile file)
    {
        if (!file.Map.IsWaiting && file.FlushedLength == file.Length) return;
        var runs = file.Map.WaitingRuns();
        if (file.InRows) FlushToRows(file, runs);
        else FlushToBlob(file, runs);
        file.Map.NothingWaits();
        DropOverwritten(file);
    }

    /// <summary>Cuts a file, nothing of which waits.</summary>
    public void Cut(TableFile file, long length)
    {
        lock (_gate)
        {
            var batch = table.NewBatch();
            (file.Length, file.FlushedLength) = (length, length);
            AddLength(file, batch);
            // From the end on, so that what a crash leaves in between has a length in between.
            foreach (var row in file.Rows.Values.Where(row => row.End > length).OrderByDescending(row => row.End).ToList())
            {
                if (batch.Room == 0) batch = CommitAndGoOn(batch);
                if (row.Offset >= length)
                {
                    batch.Delete(TableKeys.DataKey(row.Sequence));
                    file.Rows.Remove(row.Sequence);
                }
                else
                {
                    row.Length = length - row.Offset;
                    batch.Add(new RowChange(RowChangeKind.Merge, LengthOnly(TableKeys.DataKey(row.Sequence), row.Length)));
                }
            }

            table.Commit(batch);
            file.Map.Cut(length);
            file.Blob = null; // What comes next does not go on where the blob's row ends.
        }

        DropOverwritten(file);
    }

    /// <summary>Makes durable what was done to names. Gives the files that are gone.</summary>
    public IReadOnlyList<TableFile> FlushNames(TableNames names)
    {
        var gone = new List<TableFile>();
        lock (_gate)
        {
            while (names.IsWaiting)
            {
                var batch = table.NewBatch();
                var after = names.Oldest(batch.Room, out var steps);
                foreach (var (file, name) in after) AddName(file, name, batch);
                table.Commit(batch);
                names.Done(steps);
                gone.AddRange(after.Where(each => each.Name is null).Select(each => each.File));
                foreach (var file in gone) file.RowLength = null;
            }

            foreach (var sequence in gone.SelectMany(file => file.Rows.Keys)) _needlessRows.Enqueue(TableKeys.DataKey(sequence));
        }

        return gone;
    }

    /// <summary>Deletes blobs that no row names. One that can't be deleted now is found by the next holder.</summary>
    public void DeleteBlobs(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            try
            {
                blobs.Delete(name);
            }
            catch (Exception failure) when (failure is StoreRefusedException or StoreUnavailableException)
            {
                // It takes room, and nothing else.
            }
        }
    }

    /// <summary>Shows that the holder is alive.</summary>
    public void Renew()
    {
        lock (_gate) table.Renew();
    }

    /// <summary>Gives up the lease.</summary>
    public void Release()
    {
        lock (_gate) table.Release();
    }

    private void FlushToRows(TableFile file, IReadOnlyList<(long Offset, byte[] Content)> runs)
    {
        lock (_gate)
        {
            var batch = table.NewBatch();
            var written = new List<StoredRow>();
            foreach (var (offset, content) in runs)
            {
                for (var done = 0; done < content.Length;)
                {
                    var length = LengthOfNextRow(offset + done, content.Length - done);
                    var key = batch.TakeSequence();
                    var row = TableKeys.DataRow(key, file.Id, offset + done, content.AsMemory(done, length));
                    if (!batch.Takes(row)) batch = CommitAndGoOn(batch, key);
                    batch.Add(new RowChange(RowChangeKind.Insert, row));
                    written.Add(new StoredRow(key, offset + done, null, 0) { Length = length });
                    done += length;
                }
            }

            Finish(file, batch, written);
        }
    }

    // A commit may end here, and a sector is as it was or as it is now. (SegmentReader.cs tells a torn tail from damage by that.)
    private static int LengthOfNextRow(long offset, int rest)
    {
        var misplaced = (int)(offset % IDisk.SectorBytes);
        return Math.Min(rest, TableKeys.ContentBytesMax - misplaced);
    }

    private void FlushToBlob(TableFile file, IReadOnlyList<(long Offset, byte[] Content)> runs)
    {
        // Outside the lock: the log does not wait for a snapshot's bytes.
        var places = runs.Select(run => (run.Offset, Length: (long)run.Content.Length, Place: Upload(file, run.Content))).ToList();
        lock (_gate)
        {
            var batch = table.NewBatch();
            var written = new List<StoredRow>();
            foreach (var (offset, length, (blob, at)) in places)
            {
                if (batch.Room <= 1) batch = CommitAndGoOn(batch);
                if (TryExtend(file, written, offset, length, blob, at, batch)) continue;
                var key = batch.TakeSequence();
                batch.Add(new RowChange(RowChangeKind.Insert, TableKeys.BlobRow(key, file.Id, offset, length, blob, at)));
                written.Add(new StoredRow(key, offset, blob, at) { Length = length });
            }

            Finish(file, batch, written);
        }
    }

    private (string Blob, long At) Upload(TableFile file, byte[] content)
    {
        try
        {
            if (file.Blob?.Takes(content.Length) != true)
            {
                file.Blob = BlobWriter.Create(blobs, retries, $"{table.Epoch:D10}-{file.Id & uint.MaxValue:D10}-{Interlocked.Increment(ref _blobCount):D6}");
            }

            var at = file.Blob.Length;
            file.Blob.Append(content);
            return (file.Blob.Name, at);
        }
        catch (DiskFailedException failure)
        {
            lock (_gate) table.Fail(failure);
            throw;
        }
    }

    // A file that only grows has one row for each blob, however often it is flushed.
    private static bool TryExtend(TableFile file, List<StoredRow> written, long offset, long length, string blob, long at, CommitBatch batch)
    {
        if (written.Count > 0 || file.LastRow is not { } last) return false;
        if (last.Blob != blob || last.End != offset || last.BlobAt + last.Length != at || last.LiveBytes < last.Length) return false;
        last.Length += length;
        batch.Add(new RowChange(RowChangeKind.Merge, LengthOnly(TableKeys.DataKey(last.Sequence), last.Length)));
        file.Map.Put(new Piece(offset, default, last, length));
        return true;
    }

    private void Finish(TableFile file, CommitBatch batch, List<StoredRow> written)
    {
        file.FlushedLength = file.Length;
        if (file.Map.End < file.Length && file.RowLength < file.Length)
        {
            if (batch.Room == 0) batch = CommitAndGoOn(batch);
            AddLength(file, batch);
        }

        for (var i = 0; i < DeletedWithCommitMax && batch.Room > 0 && _needlessRows.TryDequeue(out var needless); i++) batch.Delete(needless);
        if (!batch.IsEmpty) table.Commit(batch);
        foreach (var row in written) file.Add(row);
    }

    private CommitBatch CommitAndGoOn(CommitBatch batch, ulong? next = null)
    {
        table.Commit(batch);
        var following = table.NewBatch();
        Invariant.Holds(next is null || following.Next == next + 1);
        return following;
    }

    private void AddName(TableFile file, string? name, CommitBatch batch)
    {
        if (name is null)
        {
            if (file.RowLength is not null) batch.Delete(TableKeys.FileKey(file.Id));
            return;
        }

        batch.Add(new RowChange(file.RowLength is null ? RowChangeKind.Insert : RowChangeKind.Replace, TableKeys.FileRow(file.Id, name, file.FlushedLength)));
        (file.RowName, file.RowLength) = (name, file.FlushedLength);
    }

    // A file that has no row yet gets its length with its name.
    private static void AddLength(TableFile file, CommitBatch batch)
    {
        if (file.RowLength is null) return;
        batch.Add(new RowChange(RowChangeKind.Replace, TableKeys.FileRow(file.Id, file.RowName, file.FlushedLength)));
        file.RowLength = file.FlushedLength;
    }

    private void DropOverwritten(TableFile file)
    {
        foreach (var row in file.Map.TakeOverwritten())
        {
            if (file.Rows.Remove(row.Sequence)) AddNeedless(TableKeys.DataKey(row.Sequence));
        }
    }

    private static TableRow LengthOnly(string key, long length) => new(key, new Dictionary<string, object>(StringComparer.Ordinal) { [TableKeys.Length] = length });
}
