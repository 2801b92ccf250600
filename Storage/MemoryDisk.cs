namespace KvStore.Storage;

/// <summary>
/// A disk in memory that knows what a crash would leave: the disk of memory-only clusters, and the simulator's.
/// It outlives the process that uses it: <see cref="Dispose"/> forgets nothing, so a restarted replica can be given the same disk.
/// </summary>
public sealed class MemoryDisk : IDisk
{
    private readonly SortedDictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ulong Epoch { get; private set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => [.. _files.Keys];

    /// <summary>How many flushes had something to make durable: what a real disk would have had to wait for.</summary>
    public long Flushes { get; private set; }

    /// <summary>How many bytes were ever appended.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>How many bytes the files hold now.</summary>
    public long LiveBytes => _files.Values.Sum(file => file.Length);

    /// <inheritdoc/>
    public void Append(string file, ReadOnlySpan<byte> bytes)
    {
        if (!_files.TryGetValue(file, out var it)) _files.Add(file, it = new MemoryFile());
        it.Append(bytes);
        BytesWritten += bytes.Length;
    }

    /// <inheritdoc/>
    public void Flush(string file)
    {
        if (Find(file).Flush()) Flushes++;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(string file) => Find(file).ToArray();

    /// <inheritdoc/>
    public void Truncate(string file, long length)
    {
        var it = Find(file);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, it.Length);
        it.Truncate(length);
        if (it.Flush()) Flushes++;
    }

    /// <inheritdoc/>
    public void Delete(string file)
    {
        Find(file);
        _files.Remove(file);
    }

    /// <summary>
    /// A power cut: every file loses what was not flushed, or keeps a prefix of it. A file that was never flushed and keeps nothing is gone.
    /// What is left is durable, and the lease has ended (<see cref="Epoch"/> grows).
    /// </summary>
    /// <param name="keepOfUnflushed">
    /// Given a file's number of unflushed bytes (at least 1), how many of them survive. Asked once per file that has any, in the order of
    /// <see cref="Files"/>. Null: none survive.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">It wants to keep fewer than none or more than there are.</exception>
    public void Crash(Func<int, int>? keepOfUnflushed = null)
    {
        foreach (var (name, file) in _files.ToArray())
        {
            var unflushed = checked((int)(file.Length - file.DurableLength));
            var kept = unflushed == 0 || keepOfUnflushed is null ? 0 : keepOfUnflushed(unflushed);
            ArgumentOutOfRangeException.ThrowIfNegative(kept);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, unflushed);
            file.Truncate(file.DurableLength + kept);
            if (!file.DurableName && kept == 0) _files.Remove(name);
            file.Flush();
        }

        Epoch++;
    }

    /// <summary>The machine gets a new, empty disk.</summary>
    public void Wipe()
    {
        _files.Clear();
        Epoch++;
    }

    /// <summary>A rotten sector: the bits of <paramref name="mask"/> flip in the byte at <paramref name="offset"/>, and nothing says so.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such byte.</exception>
    public void Rot(string file, long offset, byte mask)
    {
        var it = Find(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, it.Length);
        it.Rot(offset, mask);
    }

    /// <summary>Does nothing: the disk outlives the process.</summary>
    public void Dispose()
    {
    }

    private MemoryFile Find(string file) =>
        _files.TryGetValue(file, out var it) ? it : throw new FileNotFoundException("There is no such file on this disk.", file);
}
