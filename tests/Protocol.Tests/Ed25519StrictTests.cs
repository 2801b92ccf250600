// Byzantine signers' signatures: the library's answer must be the oracle's on all of them.
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Protocol.Tests;

public class Ed25519StrictTests
{
    private static readonly byte[] Message = "a message"u8.ToArray();
    private static readonly byte[] Key;
    private static readonly byte[] Good;

    // All encodings of the points of small order, canonical or not, with both signs: y is 0, 1, -1 or that of order 8, or 0 or 1 with p added.
    private static readonly byte[][] SmallOrderEncodings =
    [
        .. new[] { 0, 1, Ed25519Oracle.Prime - 1, Ed25519Oracle.Prime, Ed25519Oracle.Prime + 1 }.Select(Ed25519Oracle.Bytes)
            .Concat(Enumerable.Range(0, 8).Select(Ed25519Oracle.SmallOrderPoint))
            .SelectMany(bytes => new[] { WithSign(bytes, 0), WithSign(bytes, 0x80) }),
    ];

    static Ed25519StrictTests()
    {
        using var key = new Ed25519PrivateKey(new byte[32]);
        Key = key.PublicKey.ToArray();
        Good = key.Sign(Message).ToArray();
    }

    [Fact]
    public void Any_bit_changed_in_the_signature_the_key_or_the_message_is_refused()
    {
        Assert.True(Ed25519Backends.VerifyByAll(Key, Message, Good));
        foreach (var scheme in Ed25519Backends.Available.Select(backend => new Ed25519(backend)))
        {
            foreach (var signature in EveryBitFlipped(Good)) Assert.False(scheme.Verify(Key, Message, signature));
            foreach (var key in EveryBitFlipped(Key)) Assert.False(scheme.Verify(key, Message, Good));
            foreach (var message in EveryBitFlipped(Message)) Assert.False(scheme.Verify(Key, message, Good));
        }
    }

    [Fact]
    public void S_with_the_order_added_is_refused()
    {
        for (var times = 1; Ed25519Oracle.AddOrder(Good, times) is { } malleated; times++)
            Assert.False(Ed25519Backends.VerifyByAll(Key, Message, malleated));
    }

    [Fact]
    public void S_is_compared_with_the_order_to_the_last_bit()
    {
        byte[] commitment = Good[..32];
        foreach (var s in new[] { Ed25519Oracle.Order - 1, Ed25519Oracle.Order, Ed25519Oracle.Order + 1, BigInteger.Pow(2, 252), BigInteger.Pow(2, 256) - 1 })
        {
            byte[] signature = [.. commitment, .. Ed25519Oracle.Bytes(s)];
            Assert.Equal(s < Ed25519Oracle.Order, StrictEncoding.Accepts(Key, signature));
            Assert.False(Ed25519Backends.VerifyByAll(Key, Message, signature));
        }
    }

    [Fact]
    public void Points_of_small_order_are_refused_as_key_and_as_R_in_every_encoding()
    {
        byte[] zeroS = new byte[32];
        foreach (var small in SmallOrderEncodings)
        {
            Assert.False(StrictEncoding.Accepts(small, Good));
            Assert.False(StrictEncoding.Accepts(Key, [.. small, .. Good[32..]]));
            foreach (var other in SmallOrderEncodings) Assert.False(Ed25519Backends.VerifyByAll(small, Message, [.. other, .. zeroS]));
        }
    }

    [Fact]
    public void Encodings_of_p_or_more_are_refused_and_the_last_ones_below_are_not()
    {
        // 2^255 - 19 = p up to 2^255 - 1 are the nineteen numbers that are not canonical.
        for (var y = Ed25519Oracle.Prime - 20; y < BigInteger.Pow(2, 255); y++)
        {
            foreach (var sign in new byte[] { 0, 0x80 })
            {
                var point = WithSign(Ed25519Oracle.Bytes(y), sign);
                var canonical = y < Ed25519Oracle.Prime - 1; // p - 1 is canonical, but of order 2.
                Assert.Equal(canonical, StrictEncoding.Accepts(point, Good));
                Assert.Equal(canonical, StrictEncoding.Accepts(Key, [.. point, .. Good[32..]]));
                Assert.False(Ed25519Backends.VerifyByAll(point, Message, Good));
                Assert.False(Ed25519Backends.VerifyByAll(Key, Message, [.. point, .. Good[32..]]));
            }
        }
    }

    [Fact]
    public void Components_of_small_order_are_accepted_exactly_where_they_cancel_out()
    {
        var accepted = 0;
        for (var t = 0; t < 8; t++)
        {
            for (var u = 0; u < 8; u++)
            {
                byte[] message = [(byte)t, (byte)u];
                var (key, signature) = Ed25519Oracle.Forge(a: 123456789, t, r: 987654321, u, message);
                Assert.True(Ed25519Oracle.VerifyCofactored(key, message, signature));
                if (Ed25519Backends.VerifyByAll(key, message, signature)) accepted++;
            }
        }

        // At least the one without components, and certainly not all.
        Assert.InRange(accepted, 1, 32);
    }

    [Fact]
    public void The_libraries_agree_with_the_oracle_on_whatever_a_Byzantine_signer_sends()
    {
        var bytes = ArbMap.Default.GeneratorFor<byte>();
        var cases = from scalars in bytes.ArrayOf(60)
                    from torsion in Gen.Choose(0, 63)
                    from message in bytes.ArrayOf()
                    from mutation in Gen.Choose(0, 9)
                    from at in Gen.Choose(0, 8 * 96 - 1)
                    select (scalars, torsion, message, mutation, at);
        Prop.ForAll(cases.ToArbitrary(), input =>
        {
            var (a, r) = (new BigInteger(input.scalars.AsSpan(0, 30), isUnsigned: true), new BigInteger(input.scalars.AsSpan(30), isUnsigned: true));
            var (key, signature) = Ed25519Oracle.Forge(a, input.torsion % 8, r, input.torsion / 8, input.message);
            byte[] both = [.. key, .. signature];
            var small = SmallOrderEncodings[input.at % SmallOrderEncodings.Length];
            switch (input.mutation)
            {
                case 0: both[input.at / 8] ^= (byte)(1 << (input.at % 8)); break;
                case 1: (Ed25519Oracle.AddOrder(signature, 1 + input.at % 15) ?? signature).CopyTo(both, 32); break;
                case 2: small.CopyTo(both, 0); break;
                case 3: small.CopyTo(both, 32); break;
                case 4: input.scalars.AsSpan(0, 32).CopyTo(both.AsSpan(input.at % 65)); break;
                case 5: both[31] ^= 0x80; break;
                case 6: both[63] ^= 0x80; break;
                default: break; // As the signer made it.
            }

            Ed25519Backends.VerifyByAll(both[..32], input.message, both[32..]);
        }).QuickCheckThrowOnFailure();
    }

    private static byte[] WithSign(byte[] point, byte sign)
    {
        byte[] copy = [.. point];
        copy[31] = (byte)((copy[31] & 0x7F) | sign);
        return copy;
    }

    private static IEnumerable<byte[]> EveryBitFlipped(byte[] bytes)
    {
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] copy = [.. bytes];
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return copy;
        }
    }
}
