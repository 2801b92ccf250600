namespace KvStore.StateMachine;

/// <summary>The changes to the tree. Its shape depends on what it holds and not on how it came to hold it.</summary>
internal static class MapEdit
{
    /// <summary>The leaf at a path, or null.</summary>
    public static MapLeaf? Find(MapNode? node, in MapPath path)
    {
        for (var depth = 0; node is MapBranch branch; depth++) node = branch.Child(path.Bit(depth));
        return node is MapBucket bucket && bucket.TryFind(path, out var index) ? bucket[index] : null;
    }

    /// <summary>The subtree with a leaf added, or put in the place of the one at its path.</summary>
    /// <param name="node">A subtree.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <param name="path">The leaf's path.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="owner">Who may change nodes in place.</param>
    /// <param name="replaced">The leaf that was at the path, or null.</param>
    public static MapNode Set(MapNode? node, int depth, in MapPath path, MapLeaf leaf, object owner, ref MapLeaf? replaced)
    {
        if (node is MapBranch branch)
        {
            var bit = path.Bit(depth);
            var child = branch.Child(bit);
            var changed = Set(child, depth + 1, path, leaf, owner, ref replaced);
            return ReferenceEquals(changed, child) ? branch : branch.With(bit, changed, owner);
        }

        if (node is not MapBucket bucket) return MapBucket.Of([leaf], owner);
        if (bucket.TryFind(path, out var index))
        {
            replaced = bucket[index];
            return bucket.Replace(index, leaf, owner);
        }

        if (bucket.Count < MapBucket.LeavesMax) return bucket.Add(index, path, leaf, owner);
        return Build([.. bucket.Span[..index], leaf, .. bucket.Span[index..]], depth, owner)!;
    }

    /// <summary>The subtree without the leaf at a path.</summary>
    /// <param name="node">A subtree.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <param name="path">The path.</param>
    /// <param name="owner">Who may change nodes in place.</param>
    /// <param name="removed">The leaf that was at the path, or null.</param>
    public static MapNode? Remove(MapNode? node, int depth, in MapPath path, object owner, ref MapLeaf? removed)
    {
        if (node is MapBranch branch)
        {
            var bit = path.Bit(depth);
            var child = branch.Child(bit);
            var changed = Remove(child, depth + 1, path, owner, ref removed);
            if (removed is null) return branch;
            if (TryMerge(changed, branch.Child(1 - bit), bit, owner) is { } bucket) return bucket;
            return ReferenceEquals(changed, child) ? branch : branch.With(bit, changed, owner);
        }

        if (node is not MapBucket leaves || !leaves.TryFind(path, out var index)) return node;
        removed = leaves[index];
        return leaves.Count == 1 ? null : leaves.RemoveAt(index, owner);
    }

    // A new bucket in any case: one that moves up in the tree has another hash.
    private static MapBucket? TryMerge(MapNode? child, MapNode? sibling, int bit, object owner)
    {
        if (child is MapBranch || sibling is MapBranch) return null;
        var leaves = child is MapBucket one ? one.Span : [];
        var others = sibling is MapBucket other ? other.Span : [];
        if (leaves.Length + others.Length > MapBucket.LeavesMax) return null;
        return bit == 0 ? MapBucket.Of([.. leaves, .. others], owner) : MapBucket.Of([.. others, .. leaves], owner);
    }

    private static MapNode? Build(ReadOnlySpan<MapLeaf> leaves, int depth, object owner)
    {
        if (leaves.IsEmpty) return null;
        if (leaves.Length <= MapBucket.LeavesMax) return MapBucket.Of(leaves, owner);
        var middle = 0;
        while (middle < leaves.Length && leaves[middle].Path.Bit(depth) == 0) middle++;
        return new MapBranch(Build(leaves[..middle], depth + 1, owner), Build(leaves[middle..], depth + 1, owner), owner);
    }
}
