using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// A shard's state after a batch. Immutable: any thread may read it, hash it or cut a snapshot out of it while the state machine goes on.
/// </summary>
public sealed class ShardState
{
    internal ShardState(
        StateLimits limits,
        ClientPolicy clients,
        ShardPartition partition,
        AuthenticatedMap map,
        MetaRecord meta,
        KeyTable keys,
        SessionTable sessions)
    {
        RequireGood(limits);
        Limits = limits;
        Clients = clients;
        Partition = partition;
        Map = map;
        Meta = meta;
        Keys = keys;
        Sessions = sessions;
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

    /// <summary>How many sessions there are.</summary>
    public int SessionCount => Sessions.ByExpiry.Count;

    /// <summary>The limits of the state.</summary>
    public StateLimits Limits { get; }

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Clients { get; }

    /// <summary>Which keys belong to the shard.</summary>
    public ShardPartition Partition { get; }

    internal AuthenticatedMap Map { get; }

    internal MetaRecord Meta { get; }

    internal KeyTable Keys { get; }

    internal SessionTable Sessions { get; }

    /// <summary>The state before the first batch.</summary>
    public static ShardState Genesis(StateLimits limits, ClientPolicy clients, ShardPartition partition)
    {
        var meta = new MetaRecord(SequenceNumber.Genesis, default, 0, MetaRecord.ConfigurationOf(limits, clients, partition), LedgerFrontier.Empty);
        return new ShardState(limits, clients, partition, AuthenticatedMap.Empty.Set(meta.ToRecord()), meta, KeyTable.Empty, SessionTable.Empty);
    }

    /// <summary>The state root of checkpoints. The first call hashes all that has changed since the last state whose root was computed.</summary>
    public Digest ComputeRoot() => Map.Root;

    /// <summary>Carries out a command that only reads.</summary>
    /// <exception cref="ArgumentException">The command is a write, and writes are ordered.</exception>
    public OperationResult Read(Command command) => command switch
    {
        GetCommand get when !Partition.Owns(get.Key.Span) => new OperationResult { Code = ResultCode.WrongShard, Revision = Revision },
        GetCommand get => StateReader.Get(Map.RootNode, Revision, get),
        ListCommand list => StateReader.List(Map.RootNode, Keys.InOrder, Revision, Limits, list),
        _ => throw new ArgumentException("The command is not a read.", nameof(command)),
    };

    /// <summary>The result of a request that was executed, as long as it is kept: until the request expires or leaves its session's window.</summary>
    public bool TryFindResult(PublicKey client, Nonce nonce, out Digest request, [NotNullWhen(true)] out OperationResult? result)
    {
        request = default;
        result = null;
        if (!Map.TryGet(RecordKeys.ResultPath(new SessionKey(client, nonce.Session), nonce.Counter), out var record)) return false;
        Invariant.Holds(ResultRecord.TryRead(record, out var kept));
        if (kept.Counter != nonce.Counter || kept.Expires <= Time) return false;
        request = kept.Request;
        result = kept.Result;
        return true;
    }

    /// <summary>The record of a key, whose digest is what <see cref="Prove"/> proves.</summary>
    public bool TryGetRecord(Key key, out KeyRecord record)
    {
        var found = StateReader.Find(Map.RootNode, key.RecordPath);
        record = found.GetValueOrDefault();
        return found.HasValue;
    }

    /// <summary>Proves a key's record, or that it has none, against <see cref="ComputeRoot"/>; the path is <see cref="Key.RecordPath"/>.</summary>
    public MapProof Prove(Key key) => Map.Prove(key.RecordPath);

    /// <summary>A chunk of the snapshot, encoded: the records from a path on, with their proof against <see cref="ComputeRoot"/>.</summary>
    /// <param name="from">The first path that it covers.</param>
    /// <param name="maxBytes">About how large it may be; one record is always in it.</param>
    public byte[] EncodeChunk(Digest from, int maxBytes) => EncodeChunk(from, maxBytes, out _);

    /// <summary>The same, and where the next chunk begins: <see cref="Digest.Zero"/> when there is none.</summary>
    public byte[] EncodeChunk(Digest from, int maxBytes, out Digest next)
    {
        var chunk = Map.GetChunk(from, maxBytes);
        next = chunk.ReachesEnd ? Digest.Zero : PathBits.Next(chunk.Records[^1].Path);
        return chunk.ToBytes();
    }

    private const int ResultOverheadBytesMax = OperationResult.EncodedBytesMax - Operation.BodyBytesMax - 1024;

    // Whatever the limits admit must fit into a result, or a result that was kept could not be read again.
    private static void RequireGood(StateLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.KeyBytesMax, Operation.TextBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ContentTypeBytesMax, Operation.TextBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ValueBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ListPageBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.BatchBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)limits.OperationsMax * StepResults.StepBytes, ResultOverheadBytesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.OperationsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.KeyBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.ListPageMax, 1);
    }
}
