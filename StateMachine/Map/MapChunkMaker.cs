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
        maker.Write(MapSubtree.Root(root), 0, RangeEnds.Both);
        return new MapChunk(run.Records.DrainToImmutable(), reachesEnd, maker._proof.ToArray());
    }

    private void Write(MapSubtree subtree, int depth, RangeEnds ends)
    {
        if (!_range.Cuts(depth, ends)) return;
        if (subtree.IsEmpty)
        {
            _proof.Byte((byte)CutNode.Empty);
        }
        else if (!subtree.IsLeaf(out var leaf))
        {
            _proof.Byte((byte)CutNode.Branch);
            WriteChild(subtree.Child(0), 0, depth, ends);
            WriteChild(subtree.Child(1), 1, depth, ends);
        }
        else if (_range.Contains(leaf.Path))
        {
            _proof.Byte((byte)CutNode.LeafInside);
        }
        else
        {
            _proof.Byte((byte)CutNode.LeafOutside);
            _proof.Digest(leaf.Path);
            _proof.Digest(leaf.Record.Digest);
        }
    }

    private void WriteChild(MapSubtree child, int bit, int depth, RangeEnds ends)
    {
        if (_range.TryEnter(depth, bit, ends, out var childEnds)) Write(child, depth + 1, childEnds);
        else _proof.Digest(child.Hash);
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
            if (node is MapBucket bucket) return CollectLeaves(bucket, atStart);
            var branch = (MapBranch)node;
            var startBit = atStart ? from.Bit(depth) : 0;
            return (startBit == 1 || Collect(branch.Left, depth + 1, atStart)) && Collect(branch.Right, depth + 1, atStart && startBit == 1);
        }

        private bool CollectLeaves(MapBucket bucket, bool atStart)
        {
            foreach (var leaf in bucket.Span)
            {
                if ((!atStart || leaf.Path.CompareTo(from) >= 0) && !TryTake(leaf)) return false;
            }

            return true;
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
