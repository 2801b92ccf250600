using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Proves against a map's root which record is at a path, or that none is.</summary>
public sealed class MapProof
{
    private MapProof(Ending end, Digest otherPath, Digest otherRecord, ImmutableArray<Digest> siblings)
    {
        End = end;
        OtherPath = otherPath;
        OtherRecord = otherRecord;
        Siblings = siblings;
    }

    // What stands where the path leaves the branches.
    private enum Ending : byte
    {
        Nothing = 0,
        Record = 1,
        OtherRecord = 2,
    }

    /// <summary>Whether it claims that the record is there.</summary>
    public bool ClaimsPresence => End == Ending.Record;

    /// <summary>The hashes of the subtrees beside the path, from the root's child down.</summary>
    public ImmutableArray<Digest> Siblings { get; }

    private Ending End { get; }

    private Digest OtherPath { get; }

    private Digest OtherRecord { get; }

    /// <summary>Whether the proof shows that a path holds a record, or none.</summary>
    /// <param name="root">A root that the caller trusts.</param>
    /// <param name="path">SHA-256 of the record's key.</param>
    /// <param name="recordDigest">SHA-256 of the record; null to have its absence shown.</param>
    public bool Verify(Digest root, Digest path, Digest? recordDigest)
    {
        if (ClaimsPresence != recordDigest.HasValue) return false;
        if (End == Ending.OtherRecord && (OtherPath == path || PathBits.Common(OtherPath, path) < Siblings.Length)) return false;
        var hash = End switch
        {
            Ending.Nothing => Digest.Zero,
            Ending.Record => MapLeaf.HashFor(path, recordDigest.GetValueOrDefault()),
            _ => MapLeaf.HashFor(OtherPath, OtherRecord),
        };
        for (var depth = Siblings.Length - 1; depth >= 0; depth--)
            hash = path.Bit(depth) == 0 ? MerkleTree.NodeHash(hash, Siblings[depth]) : MerkleTree.NodeHash(Siblings[depth], hash);
        return hash == root;
    }

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Byte((byte)End);
        if (End == Ending.OtherRecord)
        {
            writer.Digest(OtherPath);
            writer.Digest(OtherRecord);
        }

        writer.Count(Siblings.Length);
        foreach (var sibling in Siblings) writer.Digest(sibling);
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is not to be used.</summary>
    public static MapProof Decode(ref CanonicalReader reader)
    {
        var end = (Ending)reader.Byte();
        reader.Require(end <= Ending.OtherRecord);
        var (otherPath, otherRecord) = end == Ending.OtherRecord ? (reader.Digest(), reader.Digest()) : default;
        var count = reader.Count(PathBits.Length, Digest.Length);
        var siblings = ImmutableArray.CreateBuilder<Digest>(count);
        for (var i = 0; i < count; i++) siblings.Add(reader.Digest());
        return new MapProof(end, otherPath, otherRecord, siblings.MoveToImmutable());
    }

    internal static MapProof Make(MapNode? root, Digest path)
    {
        var siblings = ImmutableArray.CreateBuilder<Digest>();
        var subtree = MapSubtree.Root(root);
        MapLeaf? leaf;
        while (!subtree.IsLeaf(out leaf) && !subtree.IsEmpty)
        {
            var bit = path.Bit(siblings.Count);
            siblings.Add(subtree.Child(1 - bit).Hash);
            subtree = subtree.Child(bit);
        }

        return leaf is null ? new MapProof(Ending.Nothing, default, default, siblings.DrainToImmutable())
            : leaf.Path == path ? new MapProof(Ending.Record, default, default, siblings.DrainToImmutable())
            : new MapProof(Ending.OtherRecord, leaf.Path, leaf.Record.Digest, siblings.DrainToImmutable());
    }
}
