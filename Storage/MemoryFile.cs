namespace KvStore.Storage;

/// <summary>
/// One file of a <see cref="MemoryDisk"/>: sectors, some of them with what they held when the file was last flushed. A sector that holds zeros
/// only because the file was made longer takes no memory.
/// </summary>
internal sealed class MemoryFile
{
    private const int SectorBytes = IDisk.SectorBytes;

    private readonly List<byte[]?> _sectors = [];

    // What the sectors that have been written since the last flush held before; null for zeros.
    private readonly SortedDictionary<int, byte[]?> _before = [];

    public long Length { get; private set; }

    /// <summary>The length that a crash can't take away.</summary>
    public long DurableLength { get; private set; }

    /// <summary>Bytes in sectors that take memory.</summary>
    public long HeldBytes => _sectors.Count(sector => sector is not null) * (long)SectorBytes;

    /// <summary>Whether anything waits for a flush.</summary>
    public bool IsDirty => _before.Count > 0 || Length != DurableLength;

    public int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        for (var done = 0; done < count;)
        {
            var (index, at) = Place(offset + done);
            var part = Math.Min(count - done, SectorBytes - at);
            if (_sectors[index] is { } sector) sector.AsSpan(at, part).CopyTo(destination[done..]);
            else destination.Slice(done, part).Clear();
            done += part;
        }

        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Extend(offset + bytes.Length);
        while (!bytes.IsEmpty)
        {
            var (index, at) = Place(offset);
            var part = Math.Min(bytes.Length, SectorBytes - at);
            var sector = _sectors[index];
            var copy = sector is null ? new byte[SectorBytes] : sector.AsSpan().ToArray();
            _before.TryAdd(index, sector);
            bytes[..part].CopyTo(copy.AsSpan(at));
            _sectors[index] = copy;
            bytes = bytes[part..];
            offset += part;
        }
    }

    /// <summary>Makes the file at least this long.</summary>
    public void Extend(long length)
    {
        if (length <= Length) return;
        Length = length;
        var sectors = checked((int)((length + SectorBytes - 1) / SectorBytes));
        while (_sectors.Count < sectors) _sectors.Add(null);
    }

    /// <summary>Makes all of it durable; false when it was already.</summary>
    public bool Flush()
    {
        var waits = IsDirty;
        _before.Clear();
        DurableLength = Length;
        return waits;
    }

    /// <summary>A power cut: of the sectors that were written since the last flush those stay that are kept, in the order of their places.</summary>
    public void Crash(Func<bool> keeps)
    {
        var end = DurableLength;
        foreach (var (index, before) in _before)
        {
            if (keeps()) end = Math.Max(end, Math.Min(Length, (index + 1L) * SectorBytes));
            else _sectors[index] = before;
        }

        // A longer file without anything in the new part is as possible as the old length.
        if (_before.Count == 0 && Length > DurableLength && keeps()) end = Length;
        _before.Clear();
        Cut(end);
        DurableLength = Length;
    }

    /// <summary>Cuts the end off.</summary>
    public void Cut(long length)
    {
        Length = length;
        var sectors = checked((int)((length + SectorBytes - 1) / SectorBytes));
        if (_sectors.Count > sectors) _sectors.RemoveRange(sectors, _sectors.Count - sectors);
        var (index, at) = Place(length);
        if (at > 0 && _sectors[index] is { } last)
        {
            var copy = last.AsSpan().ToArray();
            copy.AsSpan(at).Clear();
            _sectors[index] = copy;
        }

        foreach (var gone in _before.Keys.Where(key => key >= sectors).ToList()) _before.Remove(gone);
        DurableLength = Math.Min(DurableLength, length);
    }

    /// <summary>Changes one byte where it lies, as a rotten sector does.</summary>
    public void Rot(long offset, byte mask)
    {
        var (index, at) = Place(offset);
        var copy = _sectors[index]?.AsSpan().ToArray() ?? new byte[SectorBytes];
        copy[at] ^= mask;
        _sectors[index] = copy;
    }

    private static (int Sector, int Offset) Place(long offset) => (checked((int)(offset / SectorBytes)), (int)(offset % SectorBytes));
}
