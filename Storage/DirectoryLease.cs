// Two files: "lock" is locked as long as the lease is held, and empty; "lease" says which one it is:
//   "kv-lse-1" | epoch u64 | process id u32 | CRC-32C u32 of all before it, little-endian.
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage;

/// <summary>
/// The exclusive right to a directory. The system's lock keeps other processes out; the epoch, which grows durably with each lease, shows a
/// holder whose lock did not hold (a network's file system, a directory that was copied under it) that it was replaced, before it says anything.
/// </summary>
internal sealed class DirectoryLease : IDisposable
{
    private const string LockName = "lock";
    private const string LeaseName = "lease";
    private const int ContentBytes = 24;

    private readonly string _path;
    private readonly SafeFileHandle _lock;

    private DirectoryLease(string path, SafeFileHandle locked, ulong epoch)
    {
        _path = path;
        _lock = locked;
        Epoch = epoch;
    }

    private static ReadOnlySpan<byte> Magic => "kv-lse-1"u8;

    /// <summary>The number of this lease.</summary>
    public ulong Epoch { get; }

    /// <summary>Whether a file in the directory is the lease's own.</summary>
    public static bool IsOwn(string name) => name is LockName or LeaseName;

    /// <summary>Takes the lease of a directory.</summary>
    /// <exception cref="DiskInUseException">Another process holds it.</exception>
    public static DirectoryLease Take(string directory)
    {
        var path = Path.Combine(directory, LeaseName);
        var locked = Lock(directory, path);
        try
        {
            var found = TryRead(path, out var last, out _);
            // An epoch that can't be read is followed by one that is higher than any count of starts: milliseconds since 1970.
            var epoch = found || !File.Exists(path) ? last + 1 : (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Write(path, epoch);
            NativeFiles.FlushDirectory(directory);
            return new DirectoryLease(path, locked, epoch);
        }
        catch (IOException)
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>The process that holds the lease of a directory; null when none does.</summary>
    public static uint? HolderOf(string directory)
    {
        var path = Path.Combine(directory, LockName);
        if (!File.Exists(path)) return null;
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return null;
        }
        catch (IOException) when (TryRead(Path.Combine(directory, LeaseName), out _, out var process))
        {
            return process;
        }
    }

    /// <summary>Throws when somebody else has taken the lease meanwhile.</summary>
    /// <exception cref="DiskFailedException">Another process took the directory.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public void RequireHeld()
    {
        // By its path and not by the open file: the directory may have been replaced by another one.
        var found = TryRead(_path, out var epoch, out var process);
        if (found && epoch == Epoch) return;
        throw new DiskFailedException(found
            ? $"{Path.GetDirectoryName(_path)} was taken by process {process} (lease {epoch}, this is {Epoch}). Two processes with one replica's key contradict each other, so this one stops. Run one process per data directory."
            : $"The lease {_path} is gone or was written over: something other than this process works in the data directory. The replica stops; see to it that nothing else touches the directory, and start it again.");
    }

    public void Dispose() => _lock.Dispose();

    private static SafeFileHandle Lock(string directory, string path)
    {
        try
        {
            return File.OpenHandle(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.None, 0);
        }
        catch (IOException failure) when (TryRead(path, out var epoch, out var process))
        {
            throw new DiskInUseException(
                $"The data directory {directory} is in use by process {process} (lease {epoch}). One process at a time may use it: stop that one, or give this one a directory of its own. ({failure.Message})", failure);
        }
    }

    private static bool TryRead(string path, out ulong epoch, out uint process)
    {
        Span<byte> content = stackalloc byte[ContentBytes];
        (epoch, process) = (0, 0);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.Read(file, content, 0) != ContentBytes || !content.StartsWith(Magic)) return false;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // Anything else (too many open files) says nothing about the lease, and is told as what it is.
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(content[20..]) != Crc32C.Finish(Crc32C.Append(Crc32C.Start, content[..20]))) return false;
        epoch = BinaryPrimitives.ReadUInt64LittleEndian(content[8..]);
        process = BinaryPrimitives.ReadUInt32LittleEndian(content[16..]);
        return true;
    }

    private static void Write(string path, ulong epoch)
    {
        Span<byte> content = stackalloc byte[ContentBytes];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteUInt64LittleEndian(content[8..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(content[16..], (uint)Environment.ProcessId);
        BinaryPrimitives.WriteUInt32LittleEndian(content[20..], Crc32C.Finish(Crc32C.Append(Crc32C.Start, content[..20])));
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }
}
