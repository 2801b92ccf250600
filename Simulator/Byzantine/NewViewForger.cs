// adversary.md row 4: a NewView that omits a prepared entry.
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>A primary whose NewViews do not carry over what was prepared before. Signed with its own key, so that only the justification is wrong.</summary>
public sealed class NewViewForger(Forgery forgery, StatementContext context, KeyedHashSigner signer) : IStatementTamper
{
    /// <summary>How many NewViews were forged: those that had something to hide.</summary>
    public int Forged { get; private set; }

    /// <inheritdoc/>
    public PeerMessage? Tamper(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<NewView> signed } || signed.Signer != signer.Signer) return message;
        var honest = signed.Statement;
        if (honest.Carried.IsEmpty) return message;
        Forged++;
        ImmutableArray<CarriedBatch> carried = forgery == Forgery.Omit
            ? []
            : [.. honest.Carried.Select(each => each with { Batch = Batch.Null.Digest })];
        var forged = honest with { Carried = carried };
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context, forged);
        return new StatementMessage(new Signed<NewView>(forged, signer.Signer, signer.Sign(writer.Written)));
    }
}
