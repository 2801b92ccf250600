// RFC 8032 sections 5.1.1 to 5.1.7, read off the text with big integers: slow, obvious, and only for tests.
// It may leak through timing, and it can make signatures that no honest signer makes: with components of small order.
using System.Numerics;
using System.Security.Cryptography;

namespace KvStore.Protocol.Tests;

internal static class Ed25519Oracle
{
    public static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    public static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;

    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (Prime - 1) / 4, Prime);
    private static readonly Point Neutral = new(0, 1);
    private static readonly Point Base = Decode(Convert.FromHexString("58" + string.Concat(Enumerable.Repeat("66", 31))))!;

    // A generator of the eight points of small order.
    private static readonly Point Torsion = Decode(Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))!;

    /// <summary>The encoding of n times the generator of the points of small order.</summary>
    public static byte[] SmallOrderPoint(int n) => Encode(Multiply(n, Torsion));

    /// <summary>What <see cref="Ed25519"/> promises, condition by condition.</summary>
    public static bool Verify(byte[] key, byte[] message, byte[] signature) => VerifyWith(key, message, signature, cofactor: 1);

    /// <summary>The same with the cofactored equation.</summary>
    public static bool VerifyCofactored(byte[] key, byte[] message, byte[] signature) => VerifyWith(key, message, signature, cofactor: 8);

    /// <summary>A key a·B + t·T and a signature with R = r·B + u·T, T being of order 8: what a Byzantine signer can make.</summary>
    public static (byte[] Key, byte[] Signature) Forge(BigInteger a, int t, BigInteger r, int u, byte[] message)
    {
        var key = Encode(Add(Multiply(a, Base), Multiply(t, Torsion)));
        var commitment = Encode(Add(Multiply(r, Base), Multiply(u, Torsion)));
        var s = (r + Hash(commitment, key, message) * a) % Order;
        return (key, [.. commitment, .. Bytes(s)]);
    }

    /// <summary>A signature's S with a multiple of L added, if it still fits 32 bytes.</summary>
    public static byte[]? AddOrder(byte[] signature, int times)
    {
        var s = Number(signature.AsSpan(32)) + times * Order;
        return s >= BigInteger.Pow(2, 256) ? null : [.. signature[..32], .. Bytes(s)];
    }

    public static byte[] Bytes(BigInteger value)
    {
        var bytes = new byte[32];
        if (!value.TryWriteBytes(bytes, out _, isUnsigned: true)) throw new ArgumentOutOfRangeException(nameof(value));
        return bytes;
    }

    private static bool VerifyWith(byte[] key, byte[] message, byte[] signature, int cofactor)
    {
        var s = Number(signature.AsSpan(32));
        if (s >= Order) return false;
        if (Decode(key) is not { } a || Decode(signature.AsSpan(0, 32)) is not { } r) return false;
        if (Multiply(8, a) == Neutral || Multiply(8, r) == Neutral) return false;
        var h = Hash(signature[..32], key, message);
        return Multiply(cofactor, Multiply(s, Base)) == Multiply(cofactor, Add(r, Multiply(h, a)));
    }

    private static BigInteger Hash(byte[] commitment, byte[] key, byte[] message) => Number(SHA512.HashData([.. commitment, .. key, .. message])) % Order;

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static BigInteger Mod(BigInteger value) => ((value % Prime) + Prime) % Prime;

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), Prime - 2, Prime);

    private static byte[] Encode(Point point) => Bytes(point.Y + (point.X.IsEven ? 0 : BigInteger.Pow(2, 255)));

    // Null unless the bytes are the canonical encoding of a point of the curve.
    private static Point? Decode(ReadOnlySpan<byte> bytes)
    {
        var odd = (bytes[31] & 0x80) != 0;
        var y = Number(bytes) % BigInteger.Pow(2, 255);
        if (y >= Prime) return null;
        var square = Mod((y * y - 1) * Inverse(D * y * y + 1));
        var x = BigInteger.ModPow(square, (Prime + 3) / 8, Prime);
        if (x * x % Prime != square) x = x * RootOfMinusOne % Prime;
        if (x * x % Prime != square || (x.IsZero && odd)) return null;
        return new Point(x.IsEven == odd ? Prime - x : x, y);
    }

    private static Point Add(Point p, Point q) => Affine(AddExtended(Extended(p), Extended(q)));

    private static Point Multiply(BigInteger n, Point point)
    {
        var sum = Extended(Neutral);
        for (var addend = Extended(point); !n.IsZero; n >>= 1, addend = AddExtended(addend, addend))
        {
            if (!n.IsEven) sum = AddExtended(sum, addend);
        }

        return Affine(sum);
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z, BigInteger T) Extended(Point p) => (p.X, p.Y, 1, p.X * p.Y % Prime);

    private static Point Affine((BigInteger X, BigInteger Y, BigInteger Z, BigInteger T) p)
    {
        var inverse = Inverse(p.Z);
        return new Point(Mod(p.X * inverse), Mod(p.Y * inverse));
    }

    // RFC 8032 section 5.1.4.
    private static (BigInteger X, BigInteger Y, BigInteger Z, BigInteger T) AddExtended(
        (BigInteger X, BigInteger Y, BigInteger Z, BigInteger T) p, (BigInteger X, BigInteger Y, BigInteger Z, BigInteger T) q)
    {
        var a = (p.Y - p.X) * (q.Y - q.X) % Prime;
        var b = (p.Y + p.X) * (q.Y + q.X) % Prime;
        var c = p.T * 2 * D * q.T % Prime;
        var d = p.Z * 2 * q.Z % Prime;
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return (e * f % Prime, g * h % Prime, f * g % Prime, e * h % Prime);
    }

    private sealed record Point(BigInteger X, BigInteger Y);
}
