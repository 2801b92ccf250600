using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace KvStore.StateMachine.Tests;

public class PathRangeTests
{
    // Runs of equal bits, so that ends lie on the borders of large and of small subtrees.
    private static readonly Gen<Digest> _path =
        (from depth in Gen.Choose(0, 256)
         from fill in Gen.Elements(0, 1)
         from bits in Gen.Choose(0, 1).ArrayOf(256)
         select Path(bits, depth, fill)).Resize(256);

    private static readonly Arbitrary<(Digest, Digest, Digest)> _three =
        (from first in _path from last in _path from walk in _path select (first, last, walk)).ToArbitrary();

    [Fact]
    public void A_subtree_is_inside_outside_or_cut_as_its_first_and_last_path_are() => Prop.ForAll(_three, paths =>
    {
        var (first, last, walk) = paths;
        if (first.CompareTo(last) > 0) (first, last) = (last, first);
        var range = new PathRange(first, last);
        var ends = RangeEnds.Both;
        foreach (var target in (Digest[])[walk, first, last])
        {
            ends = RangeEnds.Both;
            for (var depth = 0; depth <= 256; depth++)
            {
                var (low, high) = Subtree(target, depth);
                Assert.Equal(low < Number(first) || high > Number(last), range.Cuts(depth, ends));
                if (depth == 256) break;
                var (childLow, childHigh) = Subtree(target, depth + 1);
                var enters = range.TryEnter(depth, target.Bit(depth), ends, out var childEnds);
                Assert.Equal(childHigh >= Number(first) && childLow <= Number(last), enters);
                if (!enters) break;
                ends = childEnds;
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Paths_are_numbers() => Prop.ForAll(_three, paths =>
    {
        var (one, other, _) = paths;
        var modulus = BigInteger.One << 256;
        Assert.Equal((Number(one) + 1) % modulus, Number(PathBits.Next(one)));
        Assert.Equal((Number(one) + modulus - 1) % modulus, Number(PathBits.Previous(one)));
        Assert.Equal(Enumerable.Range(0, 256).TakeWhile(i => one.Bit(i) == other.Bit(i)).Count(), PathBits.Common(one, other));
        Assert.Equal(Enumerable.Range(0, 256).TakeWhile(i => one.Bit(255 - i) == 0).Count(), PathBits.TrailingZeros(one));
        Assert.Equal(Enumerable.Range(0, 256).TakeWhile(i => one.Bit(255 - i) == 1).Count(), PathBits.TrailingOnes(one));
        Assert.All(Enumerable.Range(0, 256), i => Assert.Equal(one.Bit(i), new MapPath(one).Bit(i)));
    }).QuickCheckThrowOnFailure();

    private static Digest Path(int[] bits, int depth, int fill)
    {
        var bytes = new byte[Digest.Length];
        for (var i = 0; i < 256; i++)
        {
            if ((i < depth ? bits[i] : fill) == 1) bytes[i / 8] |= (byte)(128 >> (i % 8));
        }

        return Digest.Read(bytes);
    }

    private static BigInteger Number(Digest path) => new(path.ToArray(), isUnsigned: true, isBigEndian: true);

    // The first and the last path of the subtree at a depth that a path goes through.
    private static (BigInteger Low, BigInteger High) Subtree(Digest path, int depth)
    {
        var size = BigInteger.One << (256 - depth);
        var low = Number(path) / size * size;
        return (low, low + size - 1);
    }
}
