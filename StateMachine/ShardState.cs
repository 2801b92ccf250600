using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// A shard's whole state after a batch, as checkpoints have it. Immutable: any thread may hash it or cut a snapshot out of it while the state machine goes on.
/// </summary>
public sealed class ShardState
{
    // Made when the records were checked; the first state machine that goes on from here takes it, because it is changed in place.
    private SessionBook? _sessions;

    internal ShardState(ShardView view, int sessions)
    {
        View = view;
        SessionCount = sessions;
    }

    internal ShardState(ShardView view, SessionBook sessions)
        : this(view, sessions.Count) => _sessions = sessions;

    /// <summary>What can be read of it.</summary>
    public ShardView View { get; }

    /// <summary>The last batch that was executed.</summary>
    public SequenceNumber Sequence => View.Sequence;

    /// <summary>The time that it saw.</summary>
    public Timestamp Time => View.Time;

    /// <summary>The Merkle tree over all executed batches.</summary>
    public LedgerFrontier Ledger => View.Ledger;

    /// <summary>The root of <see cref="Ledger"/>.</summary>
    public Digest LedgerRoot => View.LedgerRoot;

    /// <summary>How many sessions there are.</summary>
    public int SessionCount { get; }

    /// <summary>The limits of the state.</summary>
    public StateLimits Limits => View.Settings.Limits;

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Clients => View.Settings.Clients;

    /// <summary>Which keys belong to the shard.</summary>
    public ShardPartition Partition => View.Settings.Partition;

    internal AuthenticatedMap Map => View.Map;

    /// <summary>The sessions as they stand, for one who changes them.</summary>
    internal SessionBook TakeSessions()
    {
        var sessions = _sessions;
        _sessions = null;
        if (sessions is null) Invariant.Holds(SessionBook.TryLoad(Map, Limits, Time, out sessions));
        return sessions;
    }

    /// <summary>The state before the first batch.</summary>
    public static ShardState Genesis(StateLimits limits, ClientPolicy clients, ShardPartition partition)
    {
        var meta = new MetaRecord(SequenceNumber.Genesis, default, 0, MetaRecord.ConfigurationOf(limits, clients, partition), LedgerFrontier.Empty);
        return new ShardState(new ShardView(new ShardSettings(limits, clients, partition), AuthenticatedMap.Empty.Set(meta.ToRecord()), meta, KeyTable.Empty), sessions: 0);
    }

    /// <summary>The state root of checkpoints. The first call hashes all that has changed since the last state whose root was computed.</summary>
    public Digest ComputeRoot() => Map.Root;

    /// <summary>Proves a key's record, or that it has none, against <see cref="ComputeRoot"/>; the path is <see cref="Key.RecordPath"/>.</summary>
    public MapProof Prove(Key key) => Map.Prove(key.RecordPath);

    /// <summary>A chunk of the snapshot, encoded: the records from a path on, with their proof against <see cref="ComputeRoot"/>.</summary>
    /// <param name="from">The first path that it covers.</param>
    /// <param name="maxBytes">About how large it may be; one record is always in it.</param>
    public byte[] EncodeChunk(Digest from, int maxBytes) => Map.GetChunk(from, maxBytes).ToBytes();

    /// <summary>Appends the same to what has been written, for whoever needs many and no copy of each.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="from">The first path that it covers.</param>
    /// <param name="maxBytes">About how large it may be; one record is always in it.</param>
    /// <returns>Where the next chunk begins: <see cref="Digest.Zero"/> when there is none.</returns>
    public Digest EncodeChunk(CanonicalWriter writer, Digest from, int maxBytes)
    {
        var chunk = Map.GetChunk(from, maxBytes);
        chunk.Encode(writer);
        return chunk.ReachesEnd ? Digest.Zero : PathBits.Next(chunk.Records[^1].Path);
    }
}
