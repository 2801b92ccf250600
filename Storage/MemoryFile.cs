namespace KvStore.Storage;

/// <summary>
/// One file of a <see cref="MemoryDisk"/>: a list of pieces that are never moved, so that growing copies nothing.
/// </summary>
internal sealed class MemoryFile
{
    private const int PieceBytesMin = 512;
    private const int PieceBytesMax = 1024 * 1024;

    // All pieces but the last are full.
    private readonly List<ArraySegment<byte>> _pieces = [];

    public long Length { get; private set; }

    /// <summary>How much of the beginning a crash cannot take away.</summary>
    public long DurableLength { get; private set; }

    /// <summary>Whether a crash leaves the name.</summary>
    public bool DurableName { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_pieces.Count == 0 || Room(_pieces[^1]) == 0) AddPiece(bytes.Length);
            var last = _pieces[^1];
            var taken = Math.Min(bytes.Length, Room(last));
            bytes[..taken].CopyTo(last.Array.AsSpan(last.Count));
            _pieces[^1] = new ArraySegment<byte>(last.Array!, 0, last.Count + taken);
            bytes = bytes[taken..];
            Length += taken;
        }
    }

    /// <summary>Makes all of it durable; false when it was already.</summary>
    public bool Flush()
    {
        var waits = !DurableName || DurableLength < Length;
        DurableLength = Length;
        DurableName = true;
        return waits;
    }

    /// <summary>Cuts the end off, which moves no byte.</summary>
    public void Truncate(long length)
    {
        while (Length > length)
        {
            var last = _pieces[^1];
            var dropped = (int)Math.Min(last.Count, Length - length);
            if (dropped == last.Count) _pieces.RemoveAt(_pieces.Count - 1);
            else _pieces[^1] = new ArraySegment<byte>(last.Array!, 0, last.Count - dropped);
            Length -= dropped;
        }

        DurableLength = Math.Min(DurableLength, Length);
    }

    public byte[] ToArray()
    {
        var all = new byte[Length];
        var offset = 0;
        foreach (var piece in _pieces)
        {
            piece.CopyTo(all, offset);
            offset += piece.Count;
        }

        return all;
    }

    /// <summary>Changes one byte where it lies, as a rotten sector does.</summary>
    public void Rot(long offset, byte mask)
    {
        var index = 0;
        for (; offset >= _pieces[index].Count; index++) offset -= _pieces[index].Count;
        _pieces[index].Array![(int)offset] ^= mask;
    }

    private static int Room(ArraySegment<byte> piece) => piece.Array!.Length - piece.Count;

    // A piece is as large as the file, within bounds: small files stay small, large ones have few pieces.
    private void AddPiece(int wanted)
    {
        var size = (int)Math.Clamp(Math.Max(Length, wanted), PieceBytesMin, PieceBytesMax);
        _pieces.Add(new ArraySegment<byte>(new byte[size], 0, 0));
    }
}
