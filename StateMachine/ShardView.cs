using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// What can be read of a shard after a batch: its keys, and where it stands. Immutable: any thread may read it while the state machine goes on. The whole
/// state, with its sessions and its root, is <see cref="ShardState"/>.
/// </summary>
public sealed class ShardView
{
    internal ShardView(ShardSettings settings, AuthenticatedMap map, MetaRecord meta, KeyTable keys)
    {
        Settings = settings;
        Map = map;
        Meta = meta;
        Keys = keys;
        LedgerRoot = meta.Ledger.Root;
    }

    /// <summary>The last batch that was executed.</summary>
    public SequenceNumber Sequence => Meta.Sequence;

    /// <summary>The time that it saw.</summary>
    public Timestamp Time => Meta.Time;

    /// <summary>How many changes have been applied.</summary>
    public ulong Revision => Meta.Revision;

    /// <summary>The Merkle tree over all executed batches.</summary>
    public LedgerFrontier Ledger => Meta.Ledger;

    /// <summary>The root of <see cref="Ledger"/>.</summary>
    public Digest LedgerRoot { get; }

    /// <summary>How many keys there are.</summary>
    public int KeyCount => Keys.InOrder.Count;

    /// <summary>The batch time from which on the key expires that goes first; null when none expires.</summary>
    public Timestamp? NextExpiry => Keys.ByExpiry.IsEmpty ? null : Keys.ByExpiry.Min.Expires;

    /// <summary>The limits of the state.</summary>
    public StateLimits Limits => Settings.Limits;

    internal ShardSettings Settings { get; }

    // As far as keys go; what else is in it may be older.
    internal AuthenticatedMap Map { get; }

    internal MetaRecord Meta { get; }

    internal KeyTable Keys { get; }

    /// <summary>Carries out a command that only reads.</summary>
    /// <exception cref="ArgumentException">The command is a write, and writes are ordered.</exception>
    public OperationResult Read(Command command) => command switch
    {
        GetCommand get when !Settings.Partition.Owns(get.Key.Span) => new OperationResult { Code = ResultCode.WrongShard, Revision = Revision },
        GetCommand get => StateReader.Get(Map.RootNode, Revision, get),
        ListCommand list => StateReader.List(Map.RootNode, Keys.InOrder, Revision, Limits, list),
        _ => throw new ArgumentException("The command is not a read.", nameof(command)),
    };

    /// <summary>The record of a key, whose digest is what <see cref="ShardState.Prove"/> proves.</summary>
    public bool TryGetRecord(Key key, out KeyRecord record)
    {
        var found = StateReader.Find(Map.RootNode, key.RecordPath);
        record = found.GetValueOrDefault();
        return found.HasValue;
    }
}
