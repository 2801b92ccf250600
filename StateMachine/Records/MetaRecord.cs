using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Where the shard stands. Its body is <c>format (u8) ‖ sequence (u64) ‖ time (u64) ‖ revision (u64) ‖ configuration (32 bytes) ‖ ledger frontier</c>.
/// </summary>
/// <param name="Sequence">The last batch that was executed.</param>
/// <param name="Time">The time that it saw.</param>
/// <param name="Revision">How many changes have been applied.</param>
/// <param name="Configuration">The digest of <see cref="ClientPolicy"/>, limits and <see cref="ShardPartition"/>, so that replicas that differ in them find out at once.</param>
/// <param name="Ledger">The Merkle tree over all executed batches.</param>
internal sealed record MetaRecord(SequenceNumber Sequence, Timestamp Time, ulong Revision, Digest Configuration, LedgerFrontier Ledger)
{
    private const byte Format = 1;

    public MapRecord ToRecord()
    {
        var writer = new CanonicalWriter();
        writer.Byte(Format);
        writer.Sequence(Sequence);
        writer.Time(Time);
        writer.UInt64(Revision);
        writer.Digest(Configuration);
        Ledger.Encode(writer);
        return MapRecord.Create([(byte)RecordKind.Meta], writer.Written);
    }

    public static bool TryRead(MapRecord record, out MetaRecord meta)
    {
        var reader = new CanonicalReader(record.Body);
        reader.Require(reader.Byte() == Format);
        meta = new MetaRecord(reader.Sequence(), reader.Time(), reader.UInt64(), reader.Digest(), LedgerFrontier.Decode(ref reader));
        return reader.Complete && meta.Ledger.Size == meta.Sequence.Number;
    }

    /// <summary>SHA-256 of what all replicas of the shard must have been told alike.</summary>
    public static Digest ConfigurationOf(StateLimits limits, ClientPolicy clients, ShardPartition partition)
    {
        var writer = new CanonicalWriter();
        writer.Fixed("kvstore-v1 state configuration\0"u8);
        clients.Encode(writer);
        limits.Encode(writer);
        writer.UInt32((uint)partition.Map.Shards);
        writer.UInt32(partition.Shard.Number);
        return Digest.Of(writer.Written);
    }
}
