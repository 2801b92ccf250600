using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>
/// Encodes messages between replicas, and decodes a peer's bytes without ever throwing. A decoded message keeps nothing of the memory that it was read from, so
/// that memory may be used again, and a small request never holds on to the large message that it came in. docs/wire.md.
/// </summary>
public static class MessageCodec
{
    /// <summary>The largest message, in bytes.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>The message's bytes.</summary>
    public static byte[] Encode(StatementContext context, PeerMessage message)
    {
        var writer = new CanonicalWriter();
        Encode(writer, context, message);
        return writer.ToArray();
    }

    /// <summary>Appends the message's bytes.</summary>
    public static void Encode(CanonicalWriter writer, StatementContext context, PeerMessage message)
    {
        writer.Byte((byte)message.Kind);
        EncodeFields(writer, context, message);
    }

    /// <summary>Reads a message; null with the reason when it is not one.</summary>
    public static PeerMessage? Decode(StatementContext context, ReadOnlyMemory<byte> bytes, out RejectionKind rejection)
    {
        rejection = RejectionKind.Oversized;
        if (bytes.Length > BytesMax) return null;
        var reader = new CanonicalReader(bytes);
        var kind = (MessageKind)reader.Byte();
        var message = DecodeFields(ref reader, context, kind, out var otherContext);
        rejection = otherContext ? RejectionKind.OtherContext : RejectionKind.Malformed;
        return reader.Complete ? message : null;
    }

    private static void EncodeFields(CanonicalWriter writer, StatementContext context, PeerMessage message)
    {
        switch (message)
        {
            case StatementMessage it:
                StatementCodec.Encode(writer, context, it.Signed);
                break;
            case ProposalMessage it:
                StatementCodec.Encode(writer, context, it.PrePrepare);
                it.Batch.Encode(writer);
                break;
            case RequestsMessage it:
                writer.Count(it.Requests.Length);
                foreach (var request in it.Requests) request.Encode(writer);
                break;
            case FetchRequestsMessage it:
                EncodeDigests(writer, it.Requests);
                break;
            case FetchBatchesMessage it:
                EncodeDigests(writer, it.Batches);
                break;
            case BatchesMessage it:
                writer.Count(it.Batches.Length);
                foreach (var batch in it.Batches) batch.Encode(writer);
                break;
            case CommittedMessage it:
                it.Certificate.Encode(writer);
                it.Batch.Encode(writer);
                break;
            case StableMessage it:
                it.Certificate.Encode(writer);
                break;
            case RecalledMessage it:
                RecallCodec.Encode(writer, context, it);
                break;
            default:
                EncodeSmallFields(writer, message);
                break;
        }
    }

    private static void EncodeSmallFields(CanonicalWriter writer, PeerMessage message)
    {
        switch (message)
        {
            case StatusMessage it:
                RecallCodec.EncodeStatus(writer, it);
                break;
            case FetchChunkMessage it:
                writer.Sequence(it.Checkpoint);
                writer.Digest(it.From);
                break;
            case ChunkMessage it:
                writer.Sequence(it.Checkpoint);
                writer.Digest(it.From);
                writer.Bytes(it.Content.Span);
                break;
            case ReadIndexQuery it:
                writer.UInt64(it.Round);
                break;
            case ReadIndexAnswer it:
                writer.UInt64(it.Round);
                writer.Sequence(it.Sequence);
                writer.Bool(it.Certificate is not null);
                it.Certificate?.Encode(writer);
                break;
            case RecallMessage it:
                RecallCodec.Encode(writer, it);
                break;
            case ComplaintMessage it:
                writer.View(it.View);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message.Kind, "A message without an encoding.");
        }
    }

    private static PeerMessage? DecodeFields(ref CanonicalReader reader, StatementContext context, MessageKind kind, out bool otherContext)
    {
        otherContext = false;
        switch (kind)
        {
            case MessageKind.Statement:
                return StatementCodec.Decode(ref reader, context, out otherContext) is { } signed ? new StatementMessage(signed) : null;
            case MessageKind.Proposal:
                var prePrepare = StatementCodec.Decode(ref reader, context, out otherContext) as Signed<PrePrepare>;
                var proposed = Batch.Decode(ref reader);
                reader.Require(otherContext || prePrepare is not null);
                return prePrepare is null ? null : new ProposalMessage(prePrepare, proposed);
            case MessageKind.Requests: return new RequestsMessage(DecodeRequests(ref reader));
            case MessageKind.FetchRequests: return new FetchRequestsMessage(DecodeDigests(ref reader));
            case MessageKind.FetchBatches: return new FetchBatchesMessage(DecodeDigests(ref reader));
            case MessageKind.Batches: return new BatchesMessage(DecodeBatches(ref reader));
            case MessageKind.Status: return RecallCodec.DecodeStatus(ref reader);
            case MessageKind.Committed: return new CommittedMessage(StatementCodec.DecodeCommitCertificate(ref reader), Batch.Decode(ref reader));
            case MessageKind.Stable: return new StableMessage(StatementCodec.DecodeCheckpointCertificate(ref reader));
            case MessageKind.FetchChunk: return new FetchChunkMessage(reader.Sequence(), reader.Digest());
            case MessageKind.Chunk: return new ChunkMessage(reader.Sequence(), reader.Digest(), reader.Bytes(BytesMax).ToArray());
            case MessageKind.ReadIndexQuery: return new ReadIndexQuery(reader.UInt64());
            case MessageKind.ReadIndexAnswer:
                return new ReadIndexAnswer(reader.UInt64(), reader.Sequence(), reader.Bool() ? StatementCodec.DecodeOrderingCertificate(ref reader) : null);
            case MessageKind.Complaint: return new ComplaintMessage(reader.View());
            case MessageKind.Recall: return RecallCodec.DecodeRecall(ref reader);
            case MessageKind.Recalled: return RecallCodec.DecodeRecalled(ref reader, context, out otherContext);
            default:
                reader.Fail();
                return null;
        }
    }

    private static void EncodeDigests(CanonicalWriter writer, ImmutableArray<Digest> digests)
    {
        writer.Count(digests.Length);
        foreach (var digest in digests) writer.Digest(digest);
    }

    private static ImmutableArray<Digest> DecodeDigests(ref CanonicalReader reader)
    {
        var count = reader.Count(PeerMessage.FetchMax, Digest.Length);
        var digests = ImmutableArray.CreateBuilder<Digest>(count);
        for (var i = 0; i < count; i++) digests.Add(reader.Digest());
        return digests.DrainToImmutable();
    }

    private static ImmutableArray<Request> DecodeRequests(ref CanonicalReader reader)
    {
        var count = reader.Count(PeerMessage.FetchMax, PublicKey.Length + Signature.Length);
        var requests = ImmutableArray.CreateBuilder<Request>(count);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            if (Request.Decode(ref reader) is { } request) requests.Add(request);
        }

        return requests.DrainToImmutable();
    }

    private static ImmutableArray<Batch> DecodeBatches(ref CanonicalReader reader)
    {
        var count = reader.Count(PeerMessage.FetchMax, 8 + 4);
        var batches = ImmutableArray.CreateBuilder<Batch>(count);
        for (var i = 0; i < count && !reader.Failed; i++) batches.Add(Batch.Decode(ref reader));
        return batches.DrainToImmutable();
    }
}
