using KvStore.Protocol;

namespace KvStore.Replication.Storing;

/// <summary>An executed batch, as the ledger keeps it.</summary>
/// <param name="Certificate">What proves that it was committed at its position.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Time">The time that its execution saw.</param>
/// <param name="ResultsRoot">The root over its results.</param>
/// <param name="Frontier">The Merkle tree over all executed batches up to and with this one, whose last leaf it is.</param>
public sealed record LedgerEntry(QuorumCertificate<Commit> Certificate, Batch Batch, Timestamp Time, Digest ResultsRoot, LedgerFrontier Frontier)
{
    /// <summary>Its position.</summary>
    public SequenceNumber Sequence => Certificate.Vote.Sequence;

    /// <summary>The bytes. docs/wire.md.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(LogRecordCodec.Encode(new CommittedRecord(Certificate, Batch, [])));
        writer.Time(Time);
        writer.Digest(ResultsRoot);
        Frontier.Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null when the bytes are not an entry.</summary>
    public static LedgerEntry? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var committed = LogRecordCodec.Decode(reader.Bytes(bytes.Length)) as CommittedRecord;
        var (time, results, frontier) = (reader.Time(), reader.Digest(), LedgerFrontier.Decode(ref reader));
        return reader.Complete && committed is not null ? new LedgerEntry(committed.Certificate, committed.Batch, time, results, frontier) : null;
    }
}
