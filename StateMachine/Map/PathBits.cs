using System.Buffers.Binary;
using System.Numerics;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Arithmetic on paths, which are 256-bit big-endian numbers.</summary>
internal static class PathBits
{
    /// <summary>The length of a path in bits, and so the depth below which the tree cannot grow.</summary>
    public const int Length = 8 * Digest.Length;

    private const int Words = Digest.Length / sizeof(ulong);
    private const int WordBits = 8 * sizeof(ulong);

    /// <summary>The last path: all bits are 1.</summary>
    public static Digest Last { get; } = Filled(byte.MaxValue);

    /// <summary>How many leading bits two paths have in common, 256 when they are equal.</summary>
    public static int Common(Digest left, Digest right)
    {
        Span<byte> a = stackalloc byte[Digest.Length];
        Span<byte> b = stackalloc byte[Digest.Length];
        left.Write(a);
        right.Write(b);
        for (var word = 0; word < Words; word++)
        {
            var difference = Word(a, word) ^ Word(b, word);
            if (difference != 0) return word * WordBits + BitOperations.LeadingZeroCount(difference);
        }

        return Length;
    }

    /// <summary>How many of the last bits are 0.</summary>
    public static int TrailingZeros(Digest path) => TrailingBits(path, flip: 0);

    /// <summary>How many of the last bits are 1.</summary>
    public static int TrailingOnes(Digest path) => TrailingBits(path, flip: ulong.MaxValue);

    /// <summary>The path after this one; <see cref="Digest.Zero"/> after the last one, as the numbers wrap around.</summary>
    public static Digest Next(Digest path)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        path.Write(bytes);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = unchecked((byte)(bytes[i] + 1));
            if (bytes[i] != 0) break;
        }

        return Digest.Read(bytes);
    }

    /// <summary>The path before this one; the last one before <see cref="Digest.Zero"/>, as the numbers wrap around.</summary>
    public static Digest Previous(Digest path)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        path.Write(bytes);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = unchecked((byte)(bytes[i] - 1));
            if (bytes[i] != byte.MaxValue) break;
        }

        return Digest.Read(bytes);
    }

    private static int TrailingBits(Digest path, ulong flip)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        path.Write(bytes);
        for (var word = Words - 1; word >= 0; word--)
        {
            var value = Word(bytes, word) ^ flip;
            if (value != 0) return (Words - 1 - word) * WordBits + BitOperations.TrailingZeroCount(value);
        }

        return Length;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int word) => BinaryPrimitives.ReadUInt64BigEndian(bytes[(word * sizeof(ulong))..]);

    private static Digest Filled(byte value)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        bytes.Fill(value);
        return Digest.Read(bytes);
    }
}
