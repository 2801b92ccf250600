// Crash consistency as in Pillai et al., "All File Systems Are Not Created Equal" (OSDI '14); what a failed fsync means, as in Rebello et al.,
// "Can Applications Recover from fsync Failures?" (ATC '20): whatever was dirty may be lost and look clean, so the process stops.
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage;

/// <summary>A directory of the machine's file system, held by an exclusive lease.</summary>
public sealed class FileDisk : IDisk
{
    private const int ZerosBytes = 256 * 1024;
    private const string AsidePrefix = "aside-";

    private static readonly byte[] _zeros = new byte[ZerosBytes];

    private readonly string _directory;
    private readonly DurabilityMode _mode;
    private readonly DirectoryLease _lease;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, SafeFileHandle> _handles = new(StringComparer.Ordinal);

    private FileDisk(string directory, DurabilityMode mode, DirectoryLease lease)
    {
        _directory = directory;
        _mode = mode;
        _lease = lease;
    }

    /// <inheritdoc/>
    public ulong Epoch => _lease.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(_directory).Select(path => Path.GetFileName(path)).Where(name => !DirectoryLease.IsOwn(name) && !IsAside(name)).Order(StringComparer.Ordinal)];

    /// <summary>Makes a file's bytes durable; a test puts one here that fails.</summary>
    internal Action<SafeFileHandle> FlushData { get; set; } = NativeFiles.FlushData;

    /// <summary>Opens a directory, which is created when it is not there, and takes its lease.</summary>
    /// <exception cref="DiskInUseException">Another process holds the lease.</exception>
    /// <exception cref="IOException">The directory can't be used.</exception>
    public static FileDisk Open(string directory, DurabilityMode mode)
    {
        var path = Path.GetFullPath(directory);
        Create(path);
        return new FileDisk(path, mode, DirectoryLease.Take(path));
    }

    /// <inheritdoc/>
    public string PathOf(string file) => Path.Combine(_directory, file);

    /// <inheritdoc/>
    public long LengthOf(string file) => Do(file, "read the length of", it => RandomAccess.GetLength(HandleOf(it, create: false)));

    /// <inheritdoc/>
    public int Read(string file, long offset, Span<byte> destination)
    {
        try
        {
            var handle = HandleOf(file, create: false);
            var done = 0;
            while (done < destination.Length)
            {
                var count = RandomAccess.Read(handle, destination[done..], offset + done);
                if (count == 0) break;
                done += count;
            }

            return done;
        }
        catch (IOException failure) when (failure is not FileNotFoundException)
        {
            throw Failed(TextOf("read", file, failure), failure);
        }
    }

    /// <inheritdoc/>
    public void Allocate(string file, long length) => Do(file, "make room in", it =>
    {
        RequireHeld();
        var handle = HandleOf(it, create: true);
        var old = RandomAccess.GetLength(handle);
        if (length <= old) return 0;
        // Room first, so that a full disk is found here. Then zeros: what is written over them later changes no metadata, and a flush is one write.
        NativeFiles.Reserve(handle, old, length - old);
        for (var at = old; at < length; at += ZerosBytes) RandomAccess.Write(handle, _zeros.AsSpan(0, (int)Math.Min(ZerosBytes, length - at)), at);
        return 0;
    });

    /// <inheritdoc/>
    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RequireHeld();
            RandomAccess.Write(HandleOf(file, create: true), bytes, offset);
        }
        catch (IOException failure) when (failure is not DiskFailedException)
        {
            throw Failed(TextOf("write to", file, failure), failure);
        }
    }

    /// <inheritdoc/>
    public void Flush(string file) => Do(file, "flush", it =>
    {
        var handle = HandleOf(it, create: false);
        if (_mode == DurabilityMode.None) return 0;
        RequireHeld();
        FlushData(handle);
        return 0;
    }, StateUnknown);

    /// <inheritdoc/>
    public void FlushNames() => Do("", "flush", _ =>
    {
        if (_mode != DurabilityMode.None) NativeFiles.FlushDirectory(_directory);
        return 0;
    }, StateUnknown);

    /// <inheritdoc/>
    public void Rename(string from, string to) => Do(from, "rename", it =>
    {
        if (!File.Exists(PathOf(it))) throw new FileNotFoundException("There is no such file on this disk.", PathOf(it));
        RequireHeld();
        Close(it);
        Close(to);
        File.Move(PathOf(it), PathOf(to), overwrite: true);
        return 0;
    });

    /// <inheritdoc/>
    public void Truncate(string file, long length) => Do(file, "cut", it =>
    {
        var handle = HandleOf(it, create: false);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, RandomAccess.GetLength(handle));
        RequireHeld();
        RandomAccess.SetLength(handle, length);
        if (_mode != DurabilityMode.None) RandomAccess.FlushToDisk(handle);
        return 0;
    }, StateUnknown);

    /// <inheritdoc/>
    public void Delete(string file) => Do(file, "delete", it =>
    {
        if (!File.Exists(PathOf(it))) throw new FileNotFoundException("There is no such file on this disk.", PathOf(it));
        RequireHeld();
        Close(it);
        File.Delete(PathOf(it));
        return 0;
    });

    /// <summary>Makes durable all that was written, whatever the mode: the end, in order, of a run that flushed nothing.</summary>
    /// <exception cref="DiskFailedException">It could not be made durable.</exception>
    public void FlushAll()
    {
        foreach (var file in Files)
        {
            Do(file, "flush", it =>
            {
                FlushData(HandleOf(it, create: false));
                return 0;
            }, StateUnknown);
        }

        NativeFiles.FlushDirectory(_directory);
    }

    /// <summary>
    /// Sets all files aside, under names that nobody reads, in place of what was set aside before: the disk is empty then, and what was on it can still be looked at.
    /// </summary>
    /// <exception cref="IOException">It could not be done.</exception>
    public void SetAside()
    {
        foreach (var path in Directory.GetFiles(_directory, AsidePrefix + "*")) Delete(Path.GetFileName(path));
        foreach (var file in Files) Rename(file, AsidePrefix + file);
        NativeFiles.FlushDirectory(_directory);
    }

    /// <summary>Closes all files and gives up the lease. It flushes nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var handle in _handles.Values) handle.Dispose();
            _handles.Clear();
        }

        _lease.Dispose();
    }

    // A directory that a power cut takes away is a lost disk that nobody notices; so its name is durable before anything is written in it, and when an
    // earlier process made it that did not come to this.
    private static void Create(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent) return;
        if (!Directory.Exists(path))
        {
            Create(parent);
            Directory.CreateDirectory(path);
        }

        NativeFiles.FlushDirectory(parent);
    }

    // What a failed flush ends in, for want of room too (a disk that promises more than it has, a network's file system). Never "full": the next flush of
    // the same bytes might say that all is well although they are lost.
    private static DiskFailedException StateUnknown(string text, IOException failure) => new(
        $"{text} What is durable is not known any more, so the replica stops before it says anything that rests on it. Check the disk (dmesg, SMART, free room) and start the replica again; when it refuses its files, move the directory aside and start with an empty one.", failure);

    private static bool IsAside(string name) => name.StartsWith(AsidePrefix, StringComparison.Ordinal);

    // Before anything is changed, too: the directory may be another process's by now, and its files with it.
    private void RequireHeld()
    {
        if (_mode != DurabilityMode.None) _lease.RequireHeld();
    }

    private TResult Do<TResult>(string file, string what, Func<string, TResult> act, Func<string, IOException, IOException>? failed = null)
    {
        try
        {
            return act(file);
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DiskFailedException))
        {
            throw (failed ?? Failed)(TextOf(what, file, failure), failure);
        }
    }

    private string TextOf(string what, string file, IOException failure) => $"Can't {what} {PathOf(file)}: {failure.Message}";

    private static IOException Failed(string text, IOException failure) => NativeFiles.IsFull(failure) ? new DiskFullException(text, failure) : StateUnknown(text, failure);

    private SafeFileHandle HandleOf(string file, bool create)
    {
        lock (_gate)
        {
            if (_handles.TryGetValue(file, out var handle)) return handle;
            handle = File.OpenHandle(PathOf(file), create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            _handles.Add(file, handle);
            return handle;
        }
    }

    private void Close(string file)
    {
        lock (_gate)
        {
            if (_handles.Remove(file, out var handle)) handle.Dispose();
        }
    }
}
