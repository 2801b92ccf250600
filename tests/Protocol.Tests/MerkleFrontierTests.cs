using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Protocol.Tests;

public class MerkleFrontierTests
{
    [Fact]
    public void The_empty_frontier_has_the_empty_root()
    {
        Assert.Equal(0UL, LedgerFrontier.Empty.Size);
        Assert.Empty(LedgerFrontier.Empty.Peaks);
        Assert.Equal(MerkleTree.EmptyRoot, LedgerFrontier.Empty.Root);
    }

    [Fact]
    public void The_root_after_each_append_is_the_root_of_the_whole_tree()
    {
        var leaves = new List<Digest>();
        var frontier = LedgerFrontier.Empty;
        for (var i = 0; i < 300; i++)
        {
            leaves.Add(MerkleTree.LeafHash(BitConverter.GetBytes(i)));
            frontier = frontier.Append(leaves[^1]);
            Assert.Equal((ulong)leaves.Count, frontier.Size);
            Assert.Equal(MerkleTree.Root([.. leaves]), frontier.Root);
        }
    }

    [Fact]
    public void Appending_leaves_the_frontier_it_started_from_as_it_was()
    {
        var seven = Frontier([.. Enumerable.Range(0, 7).Select(i => (byte)i)]);
        var root = seven.Root;
        _ = seven.Append(Digest.Zero);
        Assert.Equal(7UL, seven.Size);
        Assert.Equal(3, seven.Peaks.Length);
        Assert.Equal(root, seven.Root);
    }

    [Fact]
    public void A_frontier_survives_its_encoding() =>
        Prop.ForAll<byte[]>(leaves =>
        {
            var frontier = Frontier(leaves);
            var (decoded, complete) = Decode(Encode(frontier));
            return complete && decoded.Size == frontier.Size && decoded.Peaks.SequenceEqual(frontier.Peaks) && decoded.Root == frontier.Root;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_decoded_frontier_goes_on_where_it_was()
    {
        var before = Frontier([1, 2, 3, 4, 5]);
        var (decoded, _) = Decode(Encode(before));
        Assert.Equal(before.Append(Digest.Zero).Root, decoded.Append(Digest.Zero).Root);
    }

    [Fact]
    public void Any_other_number_of_peaks_than_the_sizes_bits_is_refused()
    {
        for (var size = 0UL; size < 70; size++)
        {
            for (var peaks = 0; peaks < 9; peaks++)
            {
                var (decoded, complete) = Decode(Encoding(size, peaks));
                var good = peaks == System.Numerics.BitOperations.PopCount(size);
                Assert.Equal(good, complete);
                Assert.Equal(good ? size : 0, decoded.Size);
            }
        }
    }

    [Fact]
    public void An_encoding_cut_short_or_followed_by_more_is_refused()
    {
        var bytes = Encode(Frontier([1, 2, 3, 4, 5, 6, 7]));
        for (var length = 0; length < bytes.Length; length++) Assert.False(Decode(bytes[..length]).Complete);
        Assert.False(Decode([.. bytes, 0]).Complete);
    }

    [Fact]
    public void A_full_frontier_does_not_wrap_around()
    {
        var (full, complete) = Decode(Encoding(ulong.MaxValue, 64));
        Assert.True(complete);
        Assert.Throws<OverflowException>(() => full.Append(Digest.Zero));
    }

    [Fact]
    public void The_encoding_is_the_size_the_count_and_the_peaks()
    {
        var frontier = Frontier([1, 2, 3]);
        byte[] expected = [3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, .. frontier.Peaks[0].ToArray(), .. frontier.Peaks[1].ToArray()];
        Assert.Equal(expected, Encode(frontier));
    }

    private static LedgerFrontier Frontier(byte[] leaves) =>
        leaves.Aggregate(LedgerFrontier.Empty, (frontier, leaf) => frontier.Append(MerkleTree.LeafHash([leaf])));

    private static byte[] Encode(LedgerFrontier frontier)
    {
        var writer = new CanonicalWriter();
        frontier.Encode(writer);
        return writer.ToArray();
    }

    private static byte[] Encoding(ulong size, int peaks)
    {
        var bytes = new byte[sizeof(ulong) + sizeof(int) + peaks * Digest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, size);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), peaks);
        return bytes;
    }

    private static (LedgerFrontier Frontier, bool Complete) Decode(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        var frontier = LedgerFrontier.Decode(ref reader);
        return (frontier, reader.Complete);
    }
}
