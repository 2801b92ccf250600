// A sparse Merkle tree over the SHA-256 of the records' keys. Subtrees with one record are collapsed to its leaf, and empty ones
// hash to 0, as in Dahlberg, Pulls and Peeters, "Efficient sparse Merkle trees" (2016), and Libra's Jellyfish tree, so that the depth is about log2 of the
// number of records. Leaves are H(0x00 ‖ path ‖ SHA-256(record)) and branches H(0x01 ‖ left ‖ right). In memory the lowest branches are kept in buckets.
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>A persistent map of records with a root hash. Immutable, so every thread may read it; versions share what they have in common.</summary>
public sealed class AuthenticatedMap
{
    internal AuthenticatedMap(MapNode? root, int count)
    {
        RootNode = root;
        Count = count;
    }

    /// <summary>The map without records.</summary>
    public static AuthenticatedMap Empty { get; } = new(null, 0);

    /// <summary>How many records there are.</summary>
    public int Count { get; }

    /// <summary>The root hash, which depends on the records alone; <see cref="Digest.Zero"/> for the empty map. The first call pays for all changes since
    /// the last version whose root was computed, and may come from any thread.</summary>
    public Digest Root => MapNode.HashOf(RootNode, 0);

    internal MapNode? RootNode { get; }

    /// <summary>Looks up the record at a path.</summary>
    public bool TryGet(Digest path, out MapRecord record)
    {
        var leaf = MapEdit.Find(RootNode, new MapPath(path));
        record = leaf is null ? default : leaf.Record;
        return leaf is not null;
    }

    /// <summary>The map with a record added, or put in the place of the one with its key.</summary>
    public AuthenticatedMap Set(MapRecord record)
    {
        var builder = ToBuilder();
        builder.Set(record.Path, record);
        return builder.ToImmutable();
    }

    /// <summary>The map without the record at a path.</summary>
    public AuthenticatedMap Remove(Digest path)
    {
        var builder = ToBuilder();
        builder.Remove(path);
        return builder.ToImmutable();
    }

    /// <summary>Proves which record is at a path, or that none is.</summary>
    public MapProof Prove(Digest path) => MapProof.Make(RootNode, path);

    /// <summary>The records from a path on, with a proof that none is left out.</summary>
    /// <param name="fromPath">The first path that is covered.</param>
    /// <param name="maxBytes">About how large the records may be together; the first one is given however large it is.</param>
    public MapChunk GetChunk(Digest fromPath, int maxBytes) => MapChunkMaker.Make(RootNode, fromPath, maxBytes);

    /// <summary>All records, ascending by path.</summary>
    public IEnumerable<MapRecord> Records()
    {
        var pending = new Stack<MapNode>();
        if (RootNode is not null) pending.Push(RootNode);
        while (pending.TryPop(out var node))
        {
            if (node is MapBucket bucket)
            {
                for (var i = 0; i < bucket.Count; i++) yield return bucket[i].Record;
                continue;
            }

            var branch = (MapBranch)node;
            if (branch.Right is not null) pending.Push(branch.Right);
            if (branch.Left is not null) pending.Push(branch.Left);
        }
    }

    /// <summary>A builder that starts from this map, for many changes at once.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>Makes many changes, copying each node once. Not safe for several threads.</summary>
    public sealed class Builder
    {
        private object _owner = new();

        internal Builder(AuthenticatedMap map)
        {
            RootNode = map.RootNode;
            Count = map.Count;
        }

        /// <summary>How many records there are now.</summary>
        public int Count { get; private set; }

        internal MapNode? RootNode { get; private set; }

        /// <summary>Looks up the record at a path.</summary>
        public bool TryGet(Digest path, out MapRecord record)
        {
            var leaf = MapEdit.Find(RootNode, new MapPath(path));
            record = leaf is null ? default : leaf.Record;
            return leaf is not null;
        }

        /// <summary>Adds a record, or puts it in the place of the one with its key.</summary>
        /// <param name="path">The record's path, which the caller mostly knows already.</param>
        /// <param name="record">The record; its bytes are kept, not copied.</param>
        /// <returns>The length in bytes of the record that was there, 0 when there was none.</returns>
        public int Set(Digest path, MapRecord record)
        {
            MapLeaf? replaced = null;
            RootNode = MapEdit.Set(RootNode, 0, new MapPath(path), new MapLeaf(path, record.Bytes), _owner, ref replaced);
            if (replaced is null) Count++;
            return replaced?.RecordLength ?? 0;
        }

        /// <summary>Removes the record at a path.</summary>
        /// <returns>The length in bytes of the record that was there, 0 when there was none.</returns>
        public int Remove(Digest path)
        {
            MapLeaf? removed = null;
            RootNode = MapEdit.Remove(RootNode, 0, new MapPath(path), _owner, ref removed);
            if (removed is null) return 0;
            Count--;
            return removed.RecordLength;
        }

        /// <summary>The map as it is now. The builder can go on; what it has given away it copies before it changes it.</summary>
        public AuthenticatedMap ToImmutable()
        {
            _owner = new object();
            return new AuthenticatedMap(RootNode, Count);
        }
    }
}
