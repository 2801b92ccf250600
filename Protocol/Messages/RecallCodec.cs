using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>Encodes the messages of a replica that has just started. docs/wire.md.</summary>
internal static class RecallCodec
{
    public static void Encode(CanonicalWriter writer, RecallMessage message)
    {
        writer.UInt64(message.Nonce);
        writer.Bool(message.Known is not null);
        if (message.Known is not { } known) return;
        writer.View(known.View);
        writer.View(known.OpenView);
        writer.Sequence(known.Stable);
        writer.Sequence(known.Executed);
        writer.Sequence(known.Reserved);
        EncodePositions(writer, known.Committed);
    }

    public static void Encode(CanonicalWriter writer, StatementContext context, RecalledMessage message)
    {
        writer.UInt64(message.Nonce);
        writer.View(message.OpenView);
        writer.Sequence(message.Settled);
        EncodeStatus(writer, message.Status);
        writer.Count(message.Statements.Length);
        foreach (var statement in message.Statements) StatementCodec.Encode(writer, context, statement);
    }

    public static void EncodeStatus(CanonicalWriter writer, StatusMessage status)
    {
        writer.View(status.View);
        writer.Bool(status.Active);
        writer.Sequence(status.Stable);
        writer.Sequence(status.Executed);
        writer.Sequence(status.RetainedFrom);
        writer.Bool(status.Rejoining);
    }

    public static RecallMessage DecodeRecall(ref CanonicalReader reader)
    {
        var nonce = reader.UInt64();
        if (!reader.Bool()) return new RecallMessage(nonce, null);
        var known = new Recollection(reader.View(), reader.View(), reader.Sequence(), reader.Sequence(), reader.Sequence(), DecodePositions(ref reader));
        reader.Require(known.View >= known.OpenView);
        return new RecallMessage(nonce, known);
    }

    public static RecalledMessage? DecodeRecalled(ref CanonicalReader reader, StatementContext context, out bool otherContext)
    {
        otherContext = false;
        var (nonce, openView, settled, status) = (reader.UInt64(), reader.View(), reader.Sequence(), DecodeStatus(ref reader));
        var count = reader.Count(RecalledMessage.StatementsMax, StatementContext.TagLength);
        var statements = ImmutableArray.CreateBuilder<Signed>(count);
        for (var i = 0; i < count; i++)
        {
            if (StatementCodec.Decode(ref reader, context, out otherContext) is not { } statement) return null;
            statements.Add(statement);
        }

        return new RecalledMessage(nonce, openView, settled, status, statements.DrainToImmutable());
    }

    public static StatusMessage DecodeStatus(ref CanonicalReader reader) =>
        new(reader.View(), reader.Bool(), reader.Sequence(), reader.Sequence(), reader.Sequence(), reader.Bool());

    private static void EncodePositions(CanonicalWriter writer, ImmutableArray<SequenceNumber> positions)
    {
        writer.Count(positions.Length);
        foreach (var position in positions) writer.Sequence(position);
    }

    private static ImmutableArray<SequenceNumber> DecodePositions(ref CanonicalReader reader)
    {
        var count = reader.Count(StatementCodec.CertificatesMax, sizeof(ulong));
        var positions = ImmutableArray.CreateBuilder<SequenceNumber>(count);
        for (var i = 0; i < count; i++)
        {
            positions.Add(reader.Sequence());
            reader.Require(i == 0 || positions[i] > positions[i - 1]);
        }

        return positions.DrainToImmutable();
    }
}
