// The test vectors of certificate-transparency's merkletree tests (Google), which the users of RFC 6962 and RFC 9162 share.
namespace KvStore.Protocol.Tests;

public class MerkleVectorTests
{
    private const string Leaf1 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    private const string Leaf2 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private const string Leaf5 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private const string Leaves1To2 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    private const string Leaves3To4 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private const string Leaves1To4 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    private const string Leaves5To6 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private const string Leaves7To8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private const string Leaves5To8 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

    private static readonly Digest[] Leaves =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Select(hex => MerkleTree.LeafHash(Convert.FromHexString(hex))),
    ];

    private static Digest[] Parse(string[] hashes) =>
        [.. hashes.Select(hex => Digest.TryParse(hex, out var digest) ? digest : throw new FormatException(hex))];

    [Fact]
    public void The_empty_tree_hashes_to_the_hash_of_nothing() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", MerkleTree.EmptyRoot.ToString());

    [Theory]
    [InlineData(1, Leaf1)]
    [InlineData(2, Leaves1To2)]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, Leaves1To4)]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void The_roots_of_the_standard_leaves_are_the_published_ones(int size, string root) =>
        Assert.Equal(root, MerkleTree.Root(Leaves.AsSpan(0, size)).ToString());

    [Theory]
    [InlineData(0, 1, new string[0])]
    [InlineData(0, 8, new[] { Leaf2, Leaves3To4, Leaves5To8 })]
    [InlineData(5, 8, new[] { Leaf5, Leaves7To8, Leaves1To4 })]
    [InlineData(2, 3, new[] { Leaves1To2 })]
    [InlineData(1, 5, new[] { Leaf1, Leaves3To4, Leaf5 })]
    public void The_inclusion_paths_are_the_published_ones(int index, int size, string[] path)
    {
        var leaves = Leaves.AsSpan(0, size);
        var expected = Parse(path);
        Assert.Equal(expected, MerkleTree.InclusionPath(leaves, index));
        Assert.True(MerkleTree.VerifyInclusion(Leaves[index], (ulong)index, (ulong)size, expected, MerkleTree.Root(leaves)));
    }

    [Theory]
    [InlineData(1, 1, new string[0])]
    [InlineData(1, 8, new[] { Leaf2, Leaves3To4, Leaves5To8 })]
    [InlineData(6, 8, new[] { Leaves5To6, Leaves7To8, Leaves1To4 })]
    [InlineData(2, 5, new[] { Leaves3To4, Leaf5 })]
    public void The_consistency_paths_are_the_published_ones(int oldSize, int newSize, string[] path)
    {
        var leaves = Leaves.AsSpan(0, newSize);
        var expected = Parse(path);
        Assert.Equal(expected, MerkleTree.ConsistencyPath(leaves, oldSize));
        var oldRoot = MerkleTree.Root(leaves[..oldSize]);
        Assert.True(MerkleTree.VerifyConsistency((ulong)oldSize, oldRoot, (ulong)newSize, MerkleTree.Root(leaves), expected));
    }
}
