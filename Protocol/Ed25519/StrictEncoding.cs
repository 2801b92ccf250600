// RFC 8032 section 5.1.3 (canonical points), section 5.1.7 (S below L), and the small-order points of edwards25519
// as listed in "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, SSR 2020), table 1.
using System.Buffers.Binary;

namespace KvStore.Protocol;

/// <summary>
/// The checks on a key and a signature that need no curve arithmetic. They are ours, so that whatever a library thinks of
/// odd encodings is never asked. All inputs are public: there is nothing to hide by constant time.
/// </summary>
internal static class StrictEncoding
{
    private const int PointLength = 32;

    // p = 2^255 - 19, in words from the least significant one; its two inner words are ulong.MaxValue.
    private const ulong PrimeLowest = 0xFFFF_FFFF_FFFF_FFED;
    private const ulong PrimeHighest = 0x7FFF_FFFF_FFFF_FFFF;

    // L, the order of the base point, as two halves.
    private static readonly UInt128 OrderLow = new(0x14DE_F9DE_A2F7_9CD6, 0x5812_631A_5CF5_D3ED);
    private static readonly UInt128 OrderHigh = new(0x1000_0000_0000_0000, 0);

    /// <summary>Whether the key and R are canonical points not of small order, as far as y tells, and S is below L.</summary>
    /// <param name="key">The 32 bytes of the public key A.</param>
    /// <param name="signature">The 64 bytes of the signature, R and then S.</param>
    public static bool Accepts(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature) =>
        IsStrictPoint(key) && IsStrictPoint(signature[..PointLength]) && IsBelowOrder(signature[PointLength..]);

    // Whether some point has this y is left to the library. The sign of x needs no check of its own:
    // x has no sign only where x = 0, which is where y is 1 or p - 1, and those are of small order.
    private static bool IsStrictPoint(ReadOnlySpan<byte> point)
    {
        var y0 = Word(point, 0);
        var y1 = Word(point, 1);
        var y2 = Word(point, 2);
        var y3 = Word(point, 3) & PrimeHighest; // The top bit is the sign of x.

        // y of p or more is not canonical, and y = p - 1 is the point of order 2.
        if (y3 == PrimeHighest && (y2 & y1) == ulong.MaxValue && y0 >= PrimeLowest - 1) return false;

        // y = 0 are the two points of order 4, and y = 1 is the neutral element.
        if ((y3 | y2 | y1) == 0 && y0 <= 1) return false;

        return !IsOfOrderEight(y0, y1, y2, y3);
    }

    // The four points of order 8 share two values of y, which sum to p.
    private static bool IsOfOrderEight(ulong y0, ulong y1, ulong y2, ulong y3) => (y0, y1, y2, y3)
        is (0x4FD8_4D3D_706A_17C7, 0x0F67_100D_760B_3CBA, 0xC6CC_392C_FA53_202A, 0x7A03_AC92_77FD_C74E)
        or (0xB027_B2C2_8F95_E826, 0xF098_EFF2_89F4_C345, 0x3933_C6D3_05AC_DFD5, 0x05FC_536D_8802_38B1);

    private static bool IsBelowOrder(ReadOnlySpan<byte> scalar)
    {
        var low = BinaryPrimitives.ReadUInt128LittleEndian(scalar);
        var high = BinaryPrimitives.ReadUInt128LittleEndian(scalar[16..]);
        return high < OrderHigh || (high == OrderHigh && low < OrderLow);
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(index * sizeof(ulong))..]);
}
