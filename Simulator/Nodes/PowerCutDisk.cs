// A test double around MemoryDisk. It may break: any operation, by losing power just before it. It may not break: what MemoryDisk says is durable.
using KvStore.Storage;

namespace KvStore.Simulator;

/// <summary>The power went out in the middle of an operation: the process is gone, and nothing after this point happened.</summary>
public sealed class PowerCutException : Exception;

/// <summary>A disk whose machine can lose power between any two of its operations.</summary>
internal sealed class PowerCutDisk(MemoryDisk disk) : IDisk
{
    private int _operationsLeft = int.MaxValue;

    public ulong Epoch => disk.Epoch;

    public IReadOnlyList<string> Files => disk.Files;

    /// <summary>Lets the power go out before this many operations more have been done.</summary>
    public void CutAfter(int operations) => _operationsLeft = operations;

    /// <summary>The power is back.</summary>
    public void Reset() => _operationsLeft = int.MaxValue;

    public string PathOf(string file) => disk.PathOf(file);

    public long LengthOf(string file) => disk.LengthOf(file);

    public int Read(string file, long offset, Span<byte> destination) => disk.Read(file, offset, destination);

    public void Allocate(string file, long length)
    {
        Spend();
        disk.Allocate(file, length);
    }

    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        Spend();
        disk.Write(file, offset, bytes);
    }

    public void Flush(string file)
    {
        Spend();
        disk.Flush(file);
    }

    public void FlushNames()
    {
        Spend();
        disk.FlushNames();
    }

    public void Rename(string from, string to)
    {
        Spend();
        disk.Rename(from, to);
    }

    public void Truncate(string file, long length)
    {
        Spend();
        disk.Truncate(file, length);
    }

    public void Delete(string file)
    {
        Spend();
        disk.Delete(file);
    }

    public void Dispose() => disk.Dispose();

    private void Spend()
    {
        if (_operationsLeft == int.MaxValue) return;
        if (_operationsLeft == 0) throw new PowerCutException();
        _operationsLeft--;
    }
}
