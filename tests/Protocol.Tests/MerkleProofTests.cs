using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Protocol.Tests;

public class MerkleProofTests
{
    private const int SizeMax = 40;

    private static readonly Digest[] Leaves = [.. Enumerable.Range(0, SizeMax).Select(Leaf)];
    private static readonly Digest[] Roots = [.. Enumerable.Range(0, SizeMax + 1).Select(size => MerkleTree.Root(Leaves.AsSpan(0, size)))];

    private static Digest Leaf(int number)
    {
        var data = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        return MerkleTree.LeafHash(data);
    }

    [Fact]
    public void Every_leaf_of_every_tree_is_proven_to_be_where_it_is_and_nowhere_else()
    {
        for (var size = 1; size <= SizeMax; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var path = MerkleTree.InclusionPath(Leaves.AsSpan(0, size), index);
                for (var claimed = 0; claimed <= size; claimed++)
                {
                    var proven = MerkleTree.VerifyInclusion(Leaves[index], (ulong)claimed, (ulong)size, path.AsSpan(), Roots[size]);
                    Assert.Equal(claimed == index, proven);
                }
            }
        }
    }

    [Fact]
    public void Every_tree_is_proven_to_extend_every_smaller_one_and_not_another()
    {
        for (var size = 0; size <= SizeMax; size++)
        {
            for (var old = 0; old <= size; old++)
            {
                var path = MerkleTree.ConsistencyPath(Leaves.AsSpan(0, size), old).AsSpan();
                Assert.True(MerkleTree.VerifyConsistency((ulong)old, Roots[old], (ulong)size, Roots[size], path));
                Assert.False(MerkleTree.VerifyConsistency((ulong)old, Digest.Zero, (ulong)size, Roots[size], path));

                // The empty tree says nothing about what extends it.
                if (old > 0) Assert.False(MerkleTree.VerifyConsistency((ulong)old, Roots[old], (ulong)size, Digest.Zero, path));
            }
        }
    }

    [Fact]
    public void A_larger_tree_is_never_proven_to_be_the_older_one()
    {
        Assert.False(MerkleTree.VerifyConsistency(2, Roots[2], 1, Roots[1], []));
        Assert.False(MerkleTree.VerifyConsistency(1, Roots[1], 0, Roots[0], []));
    }

    [Fact]
    public void Any_bit_changed_in_an_inclusion_path_is_refused()
    {
        foreach (var size in new[] { 2, 7, 8, 13, SizeMax })
        {
            for (var index = 0; index < size; index++)
            {
                var path = MerkleTree.InclusionPath(Leaves.AsSpan(0, size), index);
                foreach (var tampered in Tampered([.. path]))
                    Assert.False(MerkleTree.VerifyInclusion(Leaves[index], (ulong)index, (ulong)size, tampered, Roots[size]));
            }
        }
    }

    [Fact]
    public void Any_bit_changed_in_a_consistency_path_is_refused()
    {
        foreach (var size in new[] { 2, 7, 8, 13, SizeMax })
        {
            for (var old = 1; old < size; old++)
            {
                var path = MerkleTree.ConsistencyPath(Leaves.AsSpan(0, size), old);
                foreach (var tampered in Tampered([.. path]))
                    Assert.False(MerkleTree.VerifyConsistency((ulong)old, Roots[old], (ulong)size, Roots[size], tampered));
            }
        }
    }

    [Fact]
    public void Proofs_work_at_the_largest_sizes()
    {
        // The last leaf of a tree of 2^64 - 1 leaves: all siblings stand to the left, one for each of the other 63 peaks.
        var path = Enumerable.Repeat(Leaves[1], 63).ToArray();
        var root = path.Aggregate(Leaves[0], (hash, sibling) => MerkleTree.NodeHash(sibling, hash));
        Assert.True(MerkleTree.VerifyInclusion(Leaves[0], ulong.MaxValue - 1, ulong.MaxValue, path, root));
        Assert.False(MerkleTree.VerifyInclusion(Leaves[0], ulong.MaxValue, ulong.MaxValue, path, root));
        Assert.False(MerkleTree.VerifyConsistency(ulong.MaxValue - 1, root, ulong.MaxValue, root, path));
    }

    [Fact]
    public void A_leaf_is_not_taken_for_a_node()
    {
        Span<byte> node = stackalloc byte[2 * Digest.Length];
        Leaves[0].Write(node);
        Leaves[1].Write(node[Digest.Length..]);
        Assert.NotEqual(Roots[2], MerkleTree.LeafHash(node));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1022)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(100_000)]
    public void A_leaf_of_any_length_is_hashed_with_its_prefix(int length)
    {
        byte[] data = [.. Enumerable.Repeat((byte)0xA5, length)];
        Assert.Equal(Digest.Of([0x00, .. data]), MerkleTree.LeafHash(data));
    }

    [Fact]
    public void A_proof_of_a_leaf_that_is_not_there_is_a_programmers_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.InclusionPath(Leaves, SizeMax));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.InclusionPath([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.ConsistencyPath(Leaves, SizeMax + 1));
    }

    [Fact]
    public void Random_paths_of_peers_prove_nothing_and_never_throw()
    {
        var arguments = from index in ArbMap.Default.GeneratorFor<ulong>()
                        from size in ArbMap.Default.GeneratorFor<ulong>()
                        from length in Gen.Choose(0, 70)
                        select (index, size, length);
        Prop.ForAll(arguments.ToArbitrary(), input =>
        {
            var path = Leaves.Concat(Leaves).Take(input.length).ToArray();
            return !MerkleTree.VerifyInclusion(Leaves[0], input.index, input.size, path, Digest.Zero)
                && !MerkleTree.VerifyConsistency(input.index, Digest.Zero, input.size, Roots[1], path);
        }).QuickCheckThrowOnFailure();
    }

    // One bit of every byte, and the paths that are too short, too long and out of order.
    private static IEnumerable<Digest[]> Tampered(Digest[] path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            for (var at = 0; at < Digest.Length; at++)
            {
                var bytes = path[i].ToArray();
                bytes[at] ^= (byte)(1 << ((i + at) % 8));
                yield return [.. path[..i], Digest.Read(bytes), .. path[(i + 1)..]];
            }

            yield return [.. path[..i], .. path[(i + 1)..]];
        }

        yield return [.. path, Digest.Zero];
        yield return [Digest.Zero, .. path];
        if (path.Length > 1) yield return [.. path.Reverse()];
    }
}
