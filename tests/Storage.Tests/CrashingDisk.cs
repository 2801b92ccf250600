// A disk that loses power before its n-th change. It may cut a sequence of changes anywhere; it may not reorder them, and what survives of
// what was not flushed is the decision of MemoryDisk.Crash.
namespace KvStore.Storage.Tests;

/// <summary>Passes everything on to another disk until the power goes.</summary>
/// <param name="inner">The other disk.</param>
/// <param name="changesLeft">How many changes are carried out before.</param>
internal sealed class CrashingDisk(IDisk inner, int changesLeft = int.MaxValue) : IDisk
{
    private int _changesLeft = changesLeft;

    public ulong Epoch => inner.Epoch;

    public IReadOnlyList<string> Files => inner.Files;

    public string PathOf(string file) => inner.PathOf(file);

    public long LengthOf(string file) => inner.LengthOf(file);

    public int Read(string file, long offset, Span<byte> destination) => inner.Read(file, offset, destination);

    public void Allocate(string file, long length)
    {
        CountOrCrash();
        inner.Allocate(file, length);
    }

    public void Write(string file, long offset, ReadOnlySpan<byte> bytes)
    {
        CountOrCrash();
        inner.Write(file, offset, bytes);
    }

    public void Flush(string file)
    {
        CountOrCrash();
        inner.Flush(file);
    }

    public void FlushNames()
    {
        CountOrCrash();
        inner.FlushNames();
    }

    public void Rename(string from, string to)
    {
        CountOrCrash();
        inner.Rename(from, to);
    }

    public void Truncate(string file, long length)
    {
        CountOrCrash();
        inner.Truncate(file, length);
    }

    public void Delete(string file)
    {
        CountOrCrash();
        inner.Delete(file);
    }

    public void Dispose()
    {
    }

    private void CountOrCrash()
    {
        if (_changesLeft-- <= 0) throw new PowerCutException();
    }
}

/// <summary>The power is gone.</summary>
internal sealed class PowerCutException : Exception;
