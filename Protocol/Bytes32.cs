using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KvStore.Protocol;

/// <summary>32 bytes held inline, so that a digest or a key is a value and never a <c>byte[]</c> compared by reference.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Bytes32(ulong a, ulong b, ulong c, ulong d) : IEquatable<Bytes32>, IComparable<Bytes32>
{
    public const int Length = 32;

    // Big-endian words, so that comparing words in turn compares the bytes in order.
    private readonly ulong _a = a;
    private readonly ulong _b = b;
    private readonly ulong _c = c;
    private readonly ulong _d = d;

    public static Bytes32 Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        return new Bytes32(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>Bit <paramref name="index"/> (0 to 255) counted from the most significant bit of the first byte.</summary>
    public int Bit(int index)
    {
        var word = (index >> 6) switch { 0 => _a, 1 => _b, 2 => _c, _ => _d };
        return (int)((word >> (63 - (index & 63))) & 1);
    }

    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

#pragma warning disable RS0030 // Its seed differs from process to process, and that is the point: nobody can choose keys that share a place in a table. Tables whose order could be seen are banned.
    public override int GetHashCode() => HashCode.Combine(_a, _b);
#pragma warning restore RS0030

    public int CompareTo(Bytes32 other)
    {
        var order = _a.CompareTo(other._a);
        if (order == 0) order = _b.CompareTo(other._b);
        if (order == 0) order = _c.CompareTo(other._c);
        return order == 0 ? _d.CompareTo(other._d) : order;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
