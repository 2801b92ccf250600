using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>Encodes log records, and decodes what an own disk gives back. docs/wire.md.</summary>
public static class LogRecordCodec
{
    /// <summary>The record's bytes.</summary>
    public static byte[] Encode(LogRecord record)
    {
        var writer = new CanonicalWriter();
        writer.Byte((byte)record.Kind);
        switch (record)
        {
            case ProposalRecord it:
                writer.View(it.View);
                writer.Sequence(it.Sequence);
                EncodeBatch(writer, it.Batch, it.Bodies);
                break;
            case PreparedRecord it:
                it.Certificate.Encode(writer);
                break;
            case CommittedRecord it:
                it.Certificate.Encode(writer);
                EncodeBatch(writer, it.Batch, it.Bodies);
                break;
            case ViewChangeRecord it:
                it.ViewChange.EncodeFields(writer);
                break;
            case NewViewRecord it:
                it.NewView.EncodeInside(writer);
                break;
            case StableRecord it:
                it.Certificate.Encode(writer);
                break;
            case RejoinRecord it:
                writer.Sequence(it.Floor);
                break;
            case ReservedRecord it:
                writer.View(it.View);
                writer.Sequence(it.UpTo);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record.Kind, "A record without an encoding.");
        }

        return writer.ToArray();
    }

    /// <summary>Reads a record; null when the bytes are not one, which on an own disk means damage that the checksum did not show.</summary>
    public static LogRecord? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var record = DecodeFields(ref reader, (LogRecordKind)reader.Byte());
        return reader.Complete ? record : null;
    }

    private static LogRecord? DecodeFields(ref CanonicalReader reader, LogRecordKind kind)
    {
        switch (kind)
        {
            case LogRecordKind.Proposal: return new ProposalRecord(reader.View(), reader.Sequence(), Batch.Decode(ref reader), DecodeBodies(ref reader));
            case LogRecordKind.Prepared: return new PreparedRecord(StatementCodec.DecodeOrderingCertificate(ref reader));
            case LogRecordKind.Committed:
                return new CommittedRecord(StatementCodec.DecodeCommitCertificate(ref reader), Batch.Decode(ref reader), DecodeBodies(ref reader));
            case LogRecordKind.ViewChange: return new ViewChangeRecord(StatementCodec.DecodeViewChange(ref reader));
            case LogRecordKind.NewView:
                return new NewViewRecord(new Signed<NewView>(StatementCodec.DecodeNewView(ref reader), reader.Replica(), reader.Signature()));
            case LogRecordKind.Stable: return new StableRecord(StatementCodec.DecodeCheckpointCertificate(ref reader));
            case LogRecordKind.Rejoin: return new RejoinRecord(reader.Sequence());
            case LogRecordKind.Reserved: return new ReservedRecord(reader.View(), reader.Sequence());
            default:
                reader.Fail();
                return null;
        }
    }

    private static void EncodeBatch(CanonicalWriter writer, Batch batch, ImmutableArray<Request> bodies)
    {
        batch.Encode(writer);
        writer.Count(bodies.Length);
        foreach (var body in bodies) body.Encode(writer);
    }

    private static ImmutableArray<Request> DecodeBodies(ref CanonicalReader reader)
    {
        var count = reader.Count(Batch.RequestsMax, PublicKey.Length);
        var bodies = ImmutableArray.CreateBuilder<Request>(count);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            if (Request.Decode(ref reader) is { } body) bodies.Add(body);
        }

        return bodies.DrainToImmutable();
    }
}
