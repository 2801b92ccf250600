using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>The changes to the tree. Its shape depends on what it holds and not on how it came to hold it.</summary>
internal static class MapEdit
{
    /// <summary>The leaf at a path, or null.</summary>
    public static MapLeaf? Find(MapNode? node, Digest path)
    {
        for (var depth = 0; node is MapBranch branch; depth++) node = branch.Child(path.Bit(depth));
        return node is MapLeaf leaf && leaf.Path == path ? leaf : null;
    }

    /// <summary>The subtree with a leaf added, or put in the place of the one at its path.</summary>
    /// <param name="node">A subtree.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="owner">Who may change nodes in place.</param>
    /// <param name="replaced">The leaf that was at the path, or null.</param>
    public static MapNode Set(MapNode? node, int depth, MapLeaf leaf, object owner, ref MapLeaf? replaced)
    {
        switch (node)
        {
            case null:
                return leaf;
            case MapLeaf other when other.Path == leaf.Path:
                replaced = other;
                return leaf;
            case MapLeaf other:
                return Fork(other, leaf, depth, owner);
            default:
                var branch = (MapBranch)node;
                var bit = leaf.Path.Bit(depth);
                var child = branch.Child(bit);
                var changed = Set(child, depth + 1, leaf, owner, ref replaced);
                return ReferenceEquals(changed, child) ? branch : branch.With(bit, changed, owner);
        }
    }

    /// <summary>The subtree without the leaf at a path.</summary>
    /// <param name="node">A subtree.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <param name="path">The path.</param>
    /// <param name="owner">Who may change nodes in place.</param>
    /// <param name="removed">The leaf that was at the path, or null.</param>
    public static MapNode? Remove(MapNode? node, int depth, Digest path, object owner, ref MapLeaf? removed)
    {
        if (node is not MapBranch branch)
        {
            if (node is not MapLeaf leaf || leaf.Path != path) return node;
            removed = leaf;
            return null;
        }

        var bit = path.Bit(depth);
        var child = branch.Child(bit);
        var changed = Remove(child, depth + 1, path, owner, ref removed);
        if (removed is null || ReferenceEquals(changed, child)) return branch;

        // A subtree with one record is its leaf, so a branch that is left with a single leaf gives way to it.
        var sibling = branch.Child(1 - bit);
        if (changed is null && sibling is MapLeaf) return sibling;
        if (changed is MapLeaf && sibling is null) return changed;
        return branch.With(bit, changed, owner);
    }

    // Two leaves part at the first bit in which their paths differ; the branches above it have one empty side.
    private static MapBranch Fork(MapLeaf one, MapLeaf other, int depth, object owner)
    {
        var parting = PathBits.Common(one.Path, other.Path);
        var node = one.Path.Bit(parting) == 0 ? new MapBranch(one, other, owner) : new MapBranch(other, one, owner);
        for (var i = parting - 1; i >= depth; i--) node = one.Path.Bit(i) == 0 ? new MapBranch(node, null, owner) : new MapBranch(null, node, owner);
        return node;
    }
}
