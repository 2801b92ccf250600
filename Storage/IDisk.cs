namespace KvStore.Storage;

/// <summary>
/// A replica's own disk: files by name, in one directory. Synchronous on purpose: the host owns the threads, the simulator owns the faults.
/// One thread at a time uses one file; different files may be used at the same time. Whoever opened the disk disposes it.
/// </summary>
/// <remarks>
/// What a power cut leaves, sector by sector (<see cref="SectorBytes"/>):
/// <list type="bullet">
/// <item>of a file's bytes, everything up to its last <see cref="Flush"/>; every sector that was written since then as it was before or as it
/// is now, whatever became of the others, and the length of before, of now, or one between;</item>
/// <item>of the names, what the last <see cref="FlushNames"/> found; of what was created, renamed and deleted since then the first few, or all, or none;</item>
/// <item>what <see cref="Truncate"/> left: it is durable when it returns. It is rare (recovery), so its cost buys a simpler recovery.</item>
/// </list>
/// A process that ends without the machine losing power leaves what a power cut leaves, or more: files keep everything that was written; it becomes durable
/// by the next flush.
/// An operation other than a flush that finds no room throws <see cref="DiskFullException"/> and may be tried again as it was. Any other failure is an
/// <see cref="IOException"/>; the disk's state is unknown then, and the replica stops.
/// </remarks>
public interface IDisk : IDisposable
{
    /// <summary>What a power cut leaves whole: either all bytes of a sector are the new ones, or all the old.</summary>
    const int SectorBytes = 512;

    /// <summary>The number of this lease on the disk. A later lease has a higher one, so a holder that was replaced can be told apart.</summary>
    ulong Epoch { get; }

    /// <summary>
    /// Whether no other process can have taken the disk by now. What a replica says without writing anything down rests on it, because no flush would tell. A disk
    /// whose lock ends with its process is held. Any thread may ask.
    /// </summary>
    bool IsHeld => true;

    /// <summary>The names of all files, in ordinal order.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>How people find a file.</summary>
    string PathOf(string file);

    /// <summary>The file's length in bytes.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    long LengthOf(string file);

    /// <summary>Reads from a place in a file, what is not yet durable too; gives the number of bytes, fewer than asked for only at the file's end.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    int Read(string file, long offset, Span<byte> destination);

    /// <summary>Makes the file at least this long, with zeros, and creates it when it is not there. What is written below that length finds room.</summary>
    /// <exception cref="DiskFullException">There is not so much room.</exception>
    void Allocate(string file, long length);

    /// <summary>Writes at a place in a file, which is created when it is not there. What lies between its end and that place becomes zeros.</summary>
    /// <exception cref="DiskFullException">There is no room.</exception>
    void Write(string file, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all that was written to the file is durable. Its name is not, before <see cref="FlushNames"/>.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DiskFailedException">It could not be made durable, for whatever reason. Trying again would prove nothing: what was lost may look clean.</exception>
    void Flush(string file);

    /// <summary>Returns when all that was created, renamed and deleted is durable.</summary>
    void FlushNames();

    /// <summary>Gives the file another name, in place of what had it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    void Rename(string from, string to);

    /// <summary>Cuts the file to its first <paramref name="length"/> bytes. The cut and what is left are durable when this returns.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The file is shorter than that.</exception>
    void Truncate(string file, long length);

    /// <summary>Deletes the file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    void Delete(string file);
}

/// <summary>What follows from the operations of a disk.</summary>
public static class DiskExtensions
{
    /// <summary>The file's whole content.</summary>
    public static byte[] ReadAll(this IDisk disk, string file)
    {
        var bytes = new byte[disk.LengthOf(file)];
        var length = disk.Read(file, 0, bytes);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Deletes the unfinished files of an earlier run: those whose names end in <paramref name="suffix"/>.</summary>
    public static void DeleteEndingIn(this IDisk disk, string suffix)
    {
        foreach (var file in disk.Files)
        {
            if (file.EndsWith(suffix, StringComparison.Ordinal)) disk.Delete(file);
        }
    }
}
