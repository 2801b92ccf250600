using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage;

/// <summary>
/// The files of a directory that another process may be using, for whoever only looks: no lease is taken, nothing is created, and what would change anything
/// is refused. What is read may be in the middle of being written. One thread uses it.
/// </summary>
public sealed class ReadOnlyDisk : IDisk
{
    private readonly string _directory;
    private readonly SortedDictionary<string, SafeFileHandle> _handles = new(StringComparer.Ordinal);

    /// <summary>Looks at a directory.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public ReadOnlyDisk(string directory)
    {
        _directory = Path.GetFullPath(directory);
        if (!Directory.Exists(_directory)) throw new DirectoryNotFoundException($"There is no directory '{directory}'.");
    }

    /// <summary>0: it holds no lease.</summary>
    public ulong Epoch => 0;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(_directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string PathOf(string file) => Path.Combine(_directory, file);

    /// <inheritdoc/>
    public long LengthOf(string file) => RandomAccess.GetLength(HandleOf(file));

    /// <inheritdoc/>
    public int Read(string file, long offset, Span<byte> destination)
    {
        var handle = HandleOf(file);
        var done = 0;
        while (done < destination.Length)
        {
            var count = RandomAccess.Read(handle, destination[done..], offset + done);
            if (count == 0) break;
            done += count;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Allocate(string file, long length) => throw Refused();

    /// <inheritdoc/>
    public void Write(string file, long offset, ReadOnlySpan<byte> bytes) => throw Refused();

    /// <inheritdoc/>
    public void Flush(string file) => throw Refused();

    /// <inheritdoc/>
    public void FlushNames() => throw Refused();

    /// <inheritdoc/>
    public void Truncate(string file, long length) => throw Refused();

    /// <inheritdoc/>
    public void Rename(string from, string to) => throw Refused();

    /// <inheritdoc/>
    public void Delete(string file) => throw Refused();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var handle in _handles.Values) handle.Dispose();
        _handles.Clear();
    }

    // Whoever writes it may delete it meanwhile.
    private SafeFileHandle HandleOf(string file)
    {
        if (!_handles.TryGetValue(file, out var handle))
            _handles.Add(file, handle = File.OpenHandle(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return handle;
    }

    private static NotSupportedException Refused() => new("The directory may be in use, and is only looked at.");
}
