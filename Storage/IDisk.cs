namespace KvStore.Storage;

/// <summary>
/// A replica's own disk: append-only files by name, nothing else. Synchronous on purpose: the host owns the thread, the simulator
/// owns the faults. One thread at a time uses it, and whoever opened it disposes it.
/// </summary>
/// <remarks>
/// What a crash leaves of a file:
/// <list type="bullet">
/// <item>everything up to the last <see cref="Flush"/> of that file;</item>
/// <item>of what was appended since then any part, usually a prefix (a torn tail), and of a file that was never flushed perhaps not even the name;</item>
/// <item>nothing of what <see cref="Truncate"/> or <see cref="Delete"/> removed: both are durable when they return. They are rare
/// (recovery, compaction), so their cost buys a simpler recovery.</item>
/// </list>
/// A process that ends without the machine losing power leaves everything that was appended, flushed or not; it becomes durable by the
/// next process's first <see cref="Flush"/>. An operation that fails throws <see cref="IOException"/>; the disk's state is unknown then,
/// and the replica stops.
/// </remarks>
public interface IDisk : IDisposable
{
    /// <summary>The number of this lease on the disk. A later lease has a higher one, so a holder that was replaced can be told apart.</summary>
    ulong Epoch { get; }

    /// <summary>The names of all files, in ordinal order.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>Appends to a file and creates it when it is not there. Not durable before <see cref="Flush"/> of this file.</summary>
    void Append(string file, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when the file's name and all that was appended to it are durable.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    void Flush(string file);

    /// <summary>The file's content with what is not yet durable; a snapshot that later changes do not touch.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    ReadOnlyMemory<byte> Read(string file);

    /// <summary>Cuts the file to its first <paramref name="length"/> bytes. The cut and what is left are durable when this returns.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The file is shorter than that.</exception>
    void Truncate(string file, long length);

    /// <summary>Deletes the file, durably when this returns.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    void Delete(string file);
}
