using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What a subtree that an end of the run cuts through consists of.</summary>
internal enum CutNode : byte
{
    /// <summary>Nothing.</summary>
    Empty = 0,

    /// <summary>One record, which is in the run.</summary>
    LeafInside = 1,

    /// <summary>One record, which is not: its path and its digest follow.</summary>
    LeafOutside = 2,

    /// <summary>Two subtrees, which follow: a cut one like this, one outside as its hash, one inside as nothing at all.</summary>
    Branch = 3,
}

/// <summary>Makes a <see cref="MapChunk"/>.</summary>
internal sealed class MapChunkMaker
{
    private readonly CanonicalWriter _proof = new();
    private readonly PathRange _range;

    private MapChunkMaker(PathRange range) => _range = range;

    public static MapChunk Make(MapNode? root, Digest from, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        var run = new Run(from, maxBytes);
        var reachesEnd = run.Collect(root, 0, atStart: true);
        var maker = new MapChunkMaker(new PathRange(from, reachesEnd ? PathBits.Last : run.LastPath));
        maker.Write(root, 0, RangeEnds.Both);
        return new MapChunk(run.Records.DrainToImmutable(), reachesEnd, maker._proof.ToArray());
    }

    private void Write(MapNode? node, int depth, RangeEnds ends)
    {
        if (!_range.Cuts(depth, ends)) return;
        switch (node)
        {
            case null:
                _proof.Byte((byte)CutNode.Empty);
                break;
            case MapLeaf leaf when _range.Contains(leaf.Path):
                _proof.Byte((byte)CutNode.LeafInside);
                break;
            case MapLeaf leaf:
                _proof.Byte((byte)CutNode.LeafOutside);
                _proof.Digest(leaf.Path);
                _proof.Digest(leaf.Record.Digest);
                break;
            default:
                _proof.Byte((byte)CutNode.Branch);
                WriteChild((MapBranch)node, 0, depth, ends);
                WriteChild((MapBranch)node, 1, depth, ends);
                break;
        }
    }

    private void WriteChild(MapBranch branch, int bit, int depth, RangeEnds ends)
    {
        var child = branch.Child(bit);
        if (_range.TryEnter(depth, bit, ends, out var childEnds)) Write(child, depth + 1, childEnds);
        else _proof.Digest(MapNode.HashOf(child));
    }

    // Takes the records from a path on as long as they fit; the first one always does.
    private sealed class Run(Digest from, int maxBytes)
    {
        private long _bytesLeft = maxBytes;

        public ImmutableArray<MapRecord>.Builder Records { get; } = ImmutableArray.CreateBuilder<MapRecord>();

        public Digest LastPath { get; private set; }

        /// <summary>Walks in order; false when a record did not fit.</summary>
        public bool Collect(MapNode? node, int depth, bool atStart)
        {
            if (node is null) return true;
            if (node is MapLeaf leaf) return (atStart && leaf.Path.CompareTo(from) < 0) || TryTake(leaf);
            var branch = (MapBranch)node;
            var startBit = atStart ? from.Bit(depth) : 0;
            return (startBit == 1 || Collect(branch.Left, depth + 1, atStart)) && Collect(branch.Right, depth + 1, atStart && startBit == 1);
        }

        private bool TryTake(MapLeaf leaf)
        {
            _bytesLeft -= sizeof(uint) + leaf.RecordLength;
            if (_bytesLeft < 0 && Records.Count > 0) return false;
            Records.Add(leaf.Record);
            LastPath = leaf.Path;
            return true;
        }
    }
}
