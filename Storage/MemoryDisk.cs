namespace KvStore.Storage;

/// <summary>
/// A disk in memory that knows what a power cut would leave: the simulator's disk, and that of tests.
/// It outlives the process that uses it: <see cref="Dispose"/> forgets nothing, so a restarted replica can be given the same disk.
/// </summary>
public sealed class MemoryDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);

    // What was done to names since they were last flushed, oldest first: each can be undone.
    private readonly List<Action> _undo = [];

    /// <inheritdoc/>
    public ulong Epoch { get; private set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files
    {
        get
        {
            lock (_gate) return [.. _files.Keys];
        }
    }

    /// <summary>How many flushes of a file had something to make durable: what a real disk would have had to wait for.</summary>
    public long Flushes { get; private set; }

    /// <summary>How many bytes were ever written.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>How many bytes the disk holds at most; what needs more finds no room.</summary>
    public long BytesMax { get; set; } = long.MaxValue;

    /// <summary>How many bytes the files hold now, those zeros left out that only make room.</summary>
    public long LiveBytes
    {
        get
        {
            lock (_gate) return _files.Values.Sum(file => file.HeldBytes);
        }
    }

    /// <inheritdoc/>
    public string PathOf(string file) => file;

    /// <inheritdoc/>
    public long LengthOf(string file)
    {
        lock (_gate) return Find(file).Length;
    }

    /// <inheritdoc/>
    public int Read(string file, long offset, Span<byte> destination)
    {
        lock (_gate) return Find(file).Read(offset, destination);
    }

    /// <inheritdoc/>
    public void Allocate(string file, long length)
    {
        lock (_gate)
        {
            RequireRoom(file, length);
            FindOrCreate(file).Extend(length);
        }
    }

    /// <inheritdoc/>
    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            RequireRoom(file, offset + bytes.Length);
            FindOrCreate(file).Write(offset, bytes);
            BytesWritten += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public void Flush(string file)
    {
        lock (_gate)
        {
            if (Find(file).Flush()) Flushes++;
        }
    }

    /// <inheritdoc/>
    public void FlushNames()
    {
        lock (_gate) _undo.Clear();
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            var it = Find(from);
            var replaced = _files.GetValueOrDefault(to);
            _files.Remove(from);
            _files[to] = it;
            _undo.Add(() =>
            {
                _files[from] = it;
                if (replaced is null) _files.Remove(to);
                else _files[to] = replaced;
            });
        }
    }

    /// <inheritdoc/>
    public void Truncate(string file, long length)
    {
        lock (_gate)
        {
            var it = Find(file);
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, it.Length);
            it.Cut(length);
            if (it.Flush()) Flushes++;
        }
    }

    /// <inheritdoc/>
    public void Delete(string file)
    {
        lock (_gate)
        {
            var it = Find(file);
            _files.Remove(file);
            _undo.Add(() => _files[file] = it);
        }
    }

    /// <summary>A power cut. What is left is durable, and the lease has ended (<see cref="Epoch"/> grows).</summary>
    /// <param name="keeps">
    /// Asked whether a sector that was not flushed survives: for each file in the order of <see cref="Files"/>, for each such sector by its place,
    /// and for a file that became longer without being written. Null: none survive.
    /// </param>
    /// <param name="namesKept">Given how many changes of names were not flushed (at least 1), how many of them survive. Null: none.</param>
    public void Crash(Func<bool>? keeps = null, Func<int, int>? namesKept = null)
    {
        lock (_gate)
        {
            var kept = namesKept is null || _undo.Count == 0 ? 0 : namesKept(_undo.Count);
            for (var i = _undo.Count - 1; i >= kept; i--) _undo[i]();
            _undo.Clear();
            foreach (var file in _files.Values) file.Crash(keeps ?? (() => false));
            Epoch++;
        }
    }

    /// <summary>The machine gets a new, empty disk.</summary>
    public void Wipe()
    {
        lock (_gate)
        {
            _files.Clear();
            _undo.Clear();
            Epoch++;
        }
    }

    /// <summary>A rotten sector: the bits of <paramref name="mask"/> flip in the byte at <paramref name="offset"/>, and nothing says so.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such byte.</exception>
    public void Rot(string file, long offset, byte mask)
    {
        lock (_gate)
        {
            var it = Find(file);
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, it.Length);
            it.Rot(offset, mask);
        }
    }

    /// <summary>Does nothing: the disk outlives the process.</summary>
    public void Dispose()
    {
    }

    private MemoryFile Find(string file) =>
        _files.TryGetValue(file, out var it) ? it : throw new FileNotFoundException("There is no such file on this disk.", file);

    private MemoryFile FindOrCreate(string file)
    {
        if (_files.TryGetValue(file, out var it)) return it;
        _files.Add(file, it = new MemoryFile());
        _undo.Add(() => _files.Remove(file));
        return it;
    }

    private void RequireRoom(string file, long length)
    {
        if (BytesMax == long.MaxValue) return;
        var others = _files.Sum(each => string.Equals(each.Key, file, StringComparison.Ordinal) ? 0 : each.Value.Length);
        var own = _files.TryGetValue(file, out var it) ? it.Length : 0;
        if (length > own && others + length > BytesMax) throw new DiskFullException($"There is no room for {length} bytes of {file}.");
    }
}
