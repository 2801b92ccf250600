using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Which ends of a range lie in a subtree.</summary>
[Flags]
internal enum RangeEnds : byte
{
    None = 0,
    First = 1,
    Last = 2,
    Both = First | Last,
}

/// <summary>
/// A range of paths, both ends included, and how it cuts through the tree. A subtree lies wholly inside, wholly outside, or is cut;
/// only those on the way to one of the two ends are cut.
/// </summary>
internal readonly struct PathRange(Digest first, Digest last)
{
    // At this depth and below, a subtree that holds the end begins (or stops) exactly at it, so that it is not cut there.
    private readonly int _depthWholeFromFirst = PathBits.Length - PathBits.TrailingZeros(first);
    private readonly int _depthWholeToLast = PathBits.Length - PathBits.TrailingOnes(last);

    public bool Contains(Digest path) => path.CompareTo(first) >= 0 && path.CompareTo(last) <= 0;

    /// <summary>Whether a subtree that is not outside has paths outside.</summary>
    /// <param name="depth">The depth of the subtree.</param>
    /// <param name="ends">The ends that lie in it.</param>
    public bool Cuts(int depth, RangeEnds ends) =>
        (ends.HasFlag(RangeEnds.First) && depth < _depthWholeFromFirst) || (ends.HasFlag(RangeEnds.Last) && depth < _depthWholeToLast);

    /// <summary>Goes down to a child; false when it lies outside.</summary>
    /// <param name="depth">The depth of the parent.</param>
    /// <param name="bit">Which child.</param>
    /// <param name="ends">The ends in the parent.</param>
    /// <param name="childEnds">The ends in the child.</param>
    public bool TryEnter(int depth, int bit, RangeEnds ends, out RangeEnds childEnds)
    {
        childEnds = RangeEnds.None;
        if (ends.HasFlag(RangeEnds.First))
        {
            var order = bit.CompareTo(first.Bit(depth));
            if (order < 0) return false;
            if (order == 0) childEnds |= RangeEnds.First;
        }

        if (ends.HasFlag(RangeEnds.Last))
        {
            var order = bit.CompareTo(last.Bit(depth));
            if (order > 0) return false;
            if (order == 0) childEnds |= RangeEnds.Last;
        }

        return true;
    }
}
