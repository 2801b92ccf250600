// A disk that loses power before its n-th change. It may cut a sequence of appends, flushes, truncations and deletions anywhere;
// it may not reorder them, and what survives of unflushed bytes is the decision of MemoryDisk.Crash.
namespace KvStore.Storage.Tests;

/// <summary>Passes everything on to a <see cref="MemoryDisk"/> until the power goes.</summary>
internal sealed class CrashingDisk(MemoryDisk inner, int changesBeforeCrash) : IDisk
{
    /// <summary>Changes that have been carried out.</summary>
    public int Changes { get; private set; }

    public ulong Epoch => inner.Epoch;

    public IReadOnlyList<string> Files => inner.Files;

    public ReadOnlyMemory<byte> Read(string file) => inner.Read(file);

    public void Append(string file, ReadOnlySpan<byte> bytes)
    {
        CountOrCrash();
        inner.Append(file, bytes);
    }

    public void Flush(string file)
    {
        CountOrCrash();
        inner.Flush(file);
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
        if (Changes == changesBeforeCrash) throw new PowerCutException();
        Changes++;
    }
}

/// <summary>The power is gone.</summary>
internal sealed class PowerCutException : Exception;
