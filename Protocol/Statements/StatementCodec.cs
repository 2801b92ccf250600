using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>Encodes statements to the bytes that are signed, and decodes them. docs/wire.md.</summary>
public static class StatementCodec
{
    /// <summary>The most certificates in one ViewChange: a window of twice the largest checkpoint interval.</summary>
    public const int CertificatesMax = 2 * ConsensusConfig.CheckpointIntervalMax;

    /// <summary>The bytes that are signed: domain tag and fields.</summary>
    public static void EncodeSignedBytes(CanonicalWriter writer, StatementContext context, Statement statement)
    {
        context.EncodeTag(writer, statement.Kind);
        statement.EncodeFields(writer);
    }

    /// <summary>Appends the signed bytes, length-prefixed, and the signer and signature.</summary>
    public static void Encode(CanonicalWriter writer, StatementContext context, Signed signed)
    {
        var inner = new CanonicalWriter();
        EncodeSignedBytes(inner, context, signed.UntypedStatement);
        writer.Bytes(inner.Written);
        writer.Replica(signed.Signer);
        writer.Signature(signed.Signature);
    }

    /// <summary>
    /// Reads what <see cref="Encode"/> wrote. Gives null when it is malformed (the reader has failed) or of another context
    /// (the reader has not failed, and <paramref name="otherContext"/> is set).
    /// </summary>
    public static Signed? Decode(ref CanonicalReader reader, StatementContext context, out bool otherContext)
    {
        var body = new CanonicalReader(reader.Bytes(int.MaxValue));
        var signer = reader.Replica();
        var signature = reader.Signature();
        otherContext = false;
        if (!context.DecodeTag(ref body, out var kind))
        {
            otherContext = !body.Failed && !reader.Failed;
            if (body.Failed) reader.Fail();
            return null;
        }

        var statement = DecodeFields(ref body, kind);
        reader.Require(body.Complete);
        return reader.Failed || statement is null ? null : Wrap(statement, signer, signature);
    }

    internal static QuorumCertificate<Checkpoint> DecodeCheckpointCertificate(ref CanonicalReader reader) =>
        new(DecodeCheckpoint(ref reader), DecodeSignatures(ref reader));

    internal static QuorumCertificate<Commit> DecodeCommitCertificate(ref CanonicalReader reader) =>
        new(new Commit(reader.View(), reader.Sequence(), reader.Digest()), DecodeSignatures(ref reader));

    internal static OrderingCertificate DecodeOrderingCertificate(ref CanonicalReader reader)
    {
        if (reader.Bool()) return new OrderingCertificate(DecodeCommitCertificate(ref reader));
        var prepare = new Prepare(reader.View(), reader.Sequence(), reader.Digest());
        return new OrderingCertificate(new QuorumCertificate<Prepare>(prepare, DecodeSignatures(ref reader)));
    }

    private static Signed Wrap(Statement statement, ReplicaId signer, Signature signature) => statement switch
    {
        PrePrepare it => new Signed<PrePrepare>(it, signer, signature),
        Prepare it => new Signed<Prepare>(it, signer, signature),
        Commit it => new Signed<Commit>(it, signer, signature),
        Executed it => new Signed<Executed>(it, signer, signature),
        Checkpoint it => new Signed<Checkpoint>(it, signer, signature),
        ViewChange it => new Signed<ViewChange>(it, signer, signature),
        NewView it => new Signed<NewView>(it, signer, signature),
        _ => throw new ArgumentOutOfRangeException(nameof(statement)),
    };

    private static Statement? DecodeFields(ref CanonicalReader reader, StatementKind kind)
    {
        switch (kind)
        {
            case StatementKind.PrePrepare: return new PrePrepare(reader.View(), reader.Sequence(), reader.Digest());
            case StatementKind.Prepare: return new Prepare(reader.View(), reader.Sequence(), reader.Digest());
            case StatementKind.Commit: return new Commit(reader.View(), reader.Sequence(), reader.Digest());
            case StatementKind.Executed: return new Executed(reader.Sequence(), reader.Digest(), reader.Time(), reader.Digest(), reader.Digest());
            case StatementKind.Checkpoint: return DecodeCheckpoint(ref reader);
            case StatementKind.ViewChange: return DecodeViewChange(ref reader);
            case StatementKind.NewView: return DecodeNewView(ref reader);
            default:
                reader.Fail();
                return null;
        }
    }

    private static Checkpoint DecodeCheckpoint(ref CanonicalReader reader) => new(reader.Sequence(), reader.Digest(), reader.Digest());

    private static ImmutableArray<VoteSignature> DecodeSignatures(ref CanonicalReader reader)
    {
        var count = reader.Count(GroupConfig.ReplicasMax, 2 + Signature.Length);
        var parts = ImmutableArray.CreateBuilder<VoteSignature>(count);
        for (var i = 0; i < count; i++)
        {
            var part = new VoteSignature(reader.Replica(), reader.Signature());
            // Ascending signers: one encoding for a certificate, and no signer twice.
            reader.Require(i == 0 || part.Signer.Index > parts[i - 1].Signer.Index);
            parts.Add(part);
        }

        return parts.DrainToImmutable();
    }

    internal static ViewChange DecodeViewChange(ref CanonicalReader reader)
    {
        var view = reader.View();
        var stable = reader.Bool() ? DecodeCheckpointCertificate(ref reader) : null;
        var count = reader.Count(CertificatesMax, 1 + 8 + 8 + Digest.Length + 4);
        var prepared = ImmutableArray.CreateBuilder<OrderingCertificate>(count);
        for (var i = 0; i < count; i++)
        {
            prepared.Add(DecodeOrderingCertificate(ref reader));
            reader.Require(i == 0 || prepared[i].Vote.Sequence > prepared[i - 1].Vote.Sequence);
        }

        return new ViewChange(view, stable, prepared.DrainToImmutable());
    }

    internal static NewView DecodeNewView(ref CanonicalReader reader)
    {
        var view = reader.View();
        var count = reader.Count(GroupConfig.ReplicasMax, 8 + 1 + 4 + 2 + Signature.Length);
        var viewChanges = ImmutableArray.CreateBuilder<Signed<ViewChange>>(count);
        for (var i = 0; i < count; i++)
        {
            viewChanges.Add(new Signed<ViewChange>(DecodeViewChange(ref reader), reader.Replica(), reader.Signature()));
            reader.Require(i == 0 || viewChanges[i].Signer.Index > viewChanges[i - 1].Signer.Index);
        }

        var carriedCount = reader.Count(CertificatesMax, 8 + Digest.Length);
        var carried = ImmutableArray.CreateBuilder<CarriedBatch>(carriedCount);
        for (var i = 0; i < carriedCount; i++) carried.Add(new CarriedBatch(reader.Sequence(), reader.Digest()));
        return new NewView(view, viewChanges.DrainToImmutable(), carried.DrainToImmutable());
    }
}
