// A disk that loses power before its n-th change. It may cut a sequence of changes anywhere; it may not reorder them, and what survives of
// what was not flushed is the decision of MemoryDisk.Crash.
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>Passes everything on to another disk until the power goes.</summary>
internal sealed class FaultyDisk(IDisk inner) : IDisk
{
    /// <summary>How many changes are carried out before the power goes.</summary>
    public int ChangesLeft { get; set; } = int.MaxValue;

    public ulong Epoch => inner.Epoch;

    public IReadOnlyList<string> Files => inner.Files;

    public string PathOf(string file) => inner.PathOf(file);

    public long LengthOf(string file) => inner.LengthOf(file);

    public int Read(string file, long offset, Span<byte> destination) => inner.Read(file, offset, destination);

    public void Allocate(string file, long length)
    {
        CountOrCut();
        inner.Allocate(file, length);
    }

    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        CountOrCut();
        inner.Write(file, offset, bytes);
    }

    public void Flush(string file)
    {
        CountOrCut();
        inner.Flush(file);
    }

    public void FlushNames()
    {
        CountOrCut();
        inner.FlushNames();
    }

    public void Rename(string from, string to)
    {
        CountOrCut();
        inner.Rename(from, to);
    }

    public void Truncate(string file, long length)
    {
        CountOrCut();
        inner.Truncate(file, length);
    }

    public void Delete(string file)
    {
        CountOrCut();
        inner.Delete(file);
    }

    public void Dispose()
    {
    }

    private void CountOrCut()
    {
        if (ChangesLeft-- <= 0) throw new PowerCutException();
    }
}

/// <summary>The power is gone.</summary>
internal sealed class PowerCutException : Exception;
