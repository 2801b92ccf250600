namespace KvStore.Protocol;

/// <summary>
/// Where a proof's checker stands in the tree: the node's index on its level and that of the level's last node.
/// These are fn and sn of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
/// </summary>
internal struct ProofWalk(ulong index, ulong last)
{
    private ulong _index = index;
    private ulong _last = last;

    /// <summary>Whether only the root is left.</summary>
    public readonly bool AtRoot => _last == 0;

    /// <summary>Climbs as long as the node is a right child, so that a consistency check starts at the largest perfect subtree.</summary>
    public void ClimbWhileRight()
    {
        while ((_index & 1) == 1) Climb();
    }

    /// <summary>Climbs to the parent, over the levels at which the node has no sibling. Whether the sibling stands to the left.</summary>
    public bool ClimbIsFromRight()
    {
        var fromRight = (_index & 1) == 1 || _index == _last;
        if (fromRight)
        {
            // The last node of a level with an odd number of nodes moves up as it is.
            while ((_index & 1) == 0 && _index != 0) Climb();
        }

        Climb();
        return fromRight;
    }

    private void Climb()
    {
        _index >>= 1;
        _last >>= 1;
    }
}
