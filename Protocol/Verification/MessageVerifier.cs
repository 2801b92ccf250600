using System.Buffers;
using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>
/// The only maker of <see cref="Verified{TStatement}"/> and <see cref="VerifiedRequest"/>: checks form, signer and signatures of what came
/// from outside. Safe to use from many threads. Never throws on a peer's content.
/// </summary>
public sealed class MessageVerifier
{
    private readonly GroupConfig _group;
    private readonly ImmutableArray<PublicKey> _members;
    private readonly ISignatureScheme _scheme;
    private readonly IVerificationCache? _cache;
    private readonly int _window;

    /// <summary>A verifier for one group in one epoch.</summary>
    /// <param name="context">What statements must be bound to.</param>
    /// <param name="group">The group's quorum.</param>
    /// <param name="consensus">The group's window.</param>
    /// <param name="members">The members' keys, by replica id.</param>
    /// <param name="scheme">How signatures are checked.</param>
    /// <param name="cache">Where to remember certificates that were checked; may be null.</param>
    public MessageVerifier(
        StatementContext context, GroupConfig group, ConsensusConfig consensus, ImmutableArray<PublicKey> members, ISignatureScheme scheme, IVerificationCache? cache = null)
    {
        Invariant.Holds(members.Length == group.Replicas);
        Context = context;
        _group = group;
        _members = members;
        _scheme = scheme;
        _cache = cache;
        _window = consensus.Window;
    }

    /// <summary>What statements must be bound to.</summary>
    public StatementContext Context { get; }

    /// <summary>Takes the statement that this replica has just signed itself.</summary>
    public static Verified<TStatement> Own<TStatement>(Signed<TStatement> signed)
        where TStatement : Statement => new(signed);

    /// <summary>Checks a message. False with the reason when any part of it is not good.</summary>
    public bool TryVerify(PeerMessage message, out VerifiedMessage verified, out RejectionKind rejection)
    {
        (verified, rejection) = message switch
        {
            StatementMessage it => VerifyStatement(it.Signed),
            ProposalMessage it => VerifyProposal(it),
            RequestsMessage it => VerifyRequests(it),
            CommittedMessage it => VerifyCommitted(it),
            StableMessage it => HoldsQuorum(it.Certificate.Vote, it.Certificate.Signatures) ? Good(new VerifiedStable(it.Certificate)) : Bad(RejectionKind.BadCertificate),
            ReadIndexAnswer it => VerifyAnswer(it),
            RecalledMessage it => VerifyRecalled(it),
            _ => Good(new PlainMessage(message)),
        };
        return rejection == default;
    }

    /// <summary>Checks a client's request: its signature over the base that is rebuilt from it.</summary>
    public bool TryVerify(Request request, out VerifiedRequest verified)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SignatureBase.LengthMax(request));
        var signatureBase = buffer.AsSpan(0, SignatureBase.Write(request, Context.Cluster, SignatureBase.MethodName(request.Operation.Method), buffer));
        verified = new VerifiedRequest(request, request.DigestFor(Context.Cluster, signatureBase));
        var good = request.HasGoodTimes && (HasGoodSignature(verified, signatureBase) || PlantedBugs.Has(PlantedBug.ClientSignatureUnchecked));
        ArrayPool<byte>.Shared.Return(buffer);
        return good;
    }

    /// <summary>Checks the signature of a request that came with another method than its operation's: a HEAD, which a gateway answers by itself.</summary>
    public bool IsSignedAs(Request request, string method) =>
        request.HasGoodTimes && _scheme.Verify(request.Client, SignatureBase.Of(request, Context.Cluster, method), request.Signature);

    /// <summary>
    /// Takes a request from this replica's own log, which was verified before it was written; the log's checksum vouches for the bytes.
    /// </summary>
    public VerifiedRequest FromOwnLog(Request request) => new(request, request.DigestFor(Context.Cluster));

    private static (VerifiedMessage Message, RejectionKind Rejection) Good(VerifiedMessage message) => (message, default);

    private static (VerifiedMessage Message, RejectionKind Rejection) Bad(RejectionKind rejection) => (null!, rejection);

    private (VerifiedMessage Message, RejectionKind Rejection) VerifyStatement(Signed signed)
    {
        if (!_group.Contains(signed.Signer)) return Bad(RejectionKind.UnknownSigner);
        if (!HasGoodSignature(signed.UntypedStatement, signed.Signer, signed.Signature)) return Bad(RejectionKind.BadSignature);
        switch (signed)
        {
            case Signed<Prepare> it: return Good(new VerifiedStatement<Prepare>(new Verified<Prepare>(it)));
            case Signed<Commit> it: return Good(new VerifiedStatement<Commit>(new Verified<Commit>(it)));
            case Signed<Executed> it: return Good(new VerifiedStatement<Executed>(new Verified<Executed>(it)));
            case Signed<Checkpoint> it: return Good(new VerifiedStatement<Checkpoint>(new Verified<Checkpoint>(it)));
            case Signed<ViewChange> it:
                var why = JudgeViewChange(it.Statement);
                return why == default ? Good(new VerifiedStatement<ViewChange>(new Verified<ViewChange>(it))) : Bad(why);
            case Signed<NewView> it:
                why = JudgeNewView(it.Statement);
                return why == default ? Good(new VerifiedStatement<NewView>(new Verified<NewView>(it))) : Bad(why);
            default: return Bad(RejectionKind.Malformed); // A PrePrepare comes with its batch.
        }
    }

    private (VerifiedMessage Message, RejectionKind Rejection) VerifyProposal(ProposalMessage message)
    {
        var signed = message.PrePrepare;
        if (!_group.Contains(signed.Signer)) return Bad(RejectionKind.UnknownSigner);
        if (message.Batch.Digest != signed.Statement.Batch || RepeatsRequest(message.Batch)) return Bad(RejectionKind.BadBatch);
        return HasGoodSignature(signed.Statement, signed.Signer, signed.Signature)
            ? Good(new VerifiedProposal(new Verified<PrePrepare>(signed), message.Batch))
            : Bad(RejectionKind.BadSignature);
    }

    private (VerifiedMessage Message, RejectionKind Rejection) VerifyRequests(RequestsMessage message)
    {
        var requests = ImmutableArray.CreateBuilder<VerifiedRequest>(message.Requests.Length);
        foreach (var request in message.Requests)
        {
            if (!TryVerify(request, out var verified)) return Bad(RejectionKind.BadSignature);
            requests.Add(verified);
        }

        return Good(new VerifiedRequests(requests.DrainToImmutable()));
    }

    private (VerifiedMessage Message, RejectionKind Rejection) VerifyCommitted(CommittedMessage message)
    {
        var certificate = message.Certificate;
        if (message.Batch.Digest != certificate.Vote.Batch) return Bad(RejectionKind.BadBatch);
        return HoldsQuorum(certificate.Vote, certificate.Signatures)
            ? Good(new VerifiedCommitted(certificate, message.Batch))
            : Bad(RejectionKind.BadCertificate);
    }

    private (VerifiedMessage Message, RejectionKind Rejection) VerifyAnswer(ReadIndexAnswer answer)
    {
        if (answer.Certificate is { } certificate
            && (certificate.Vote.Sequence != answer.Sequence || !HoldsQuorum(certificate.Vote, certificate.Signatures)))
        {
            return Bad(RejectionKind.BadCertificate);
        }

        return Good(new VerifiedReadIndexAnswer(answer.Round, answer.Sequence, answer.Certificate));
    }

    // That somebody said it is all that matters here, whether or not it was right.
    private (VerifiedMessage Message, RejectionKind Rejection) VerifyRecalled(RecalledMessage recalled)
    {
        foreach (var statement in recalled.Statements)
        {
            if (!_group.Contains(statement.Signer)) return Bad(RejectionKind.UnknownSigner);
            if (!HasGoodSignature(statement.UntypedStatement, statement.Signer, statement.Signature)) return Bad(RejectionKind.BadSignature);
        }

        return Good(new VerifiedRecalled(recalled));
    }

    // Section 9: certificates of earlier views, above the stable checkpoint, inside the window.
    private RejectionKind JudgeViewChange(ViewChange viewChange)
    {
        if (viewChange.View == View.Initial) return RejectionKind.BadJustification;
        if (viewChange.Stable is { } stable && !HoldsQuorum(stable.Vote, stable.Signatures)) return RejectionKind.BadCertificate;
        var (low, last) = (viewChange.StableSequence, viewChange.StableSequence);
        foreach (var certificate in viewChange.Prepared)
        {
            var vote = certificate.Vote;
            var ascends = vote.Sequence > last;
            last = vote.Sequence;
            if (!ascends || vote.View >= viewChange.View || vote.Sequence.Number - low.Number > (ulong)_window)
            {
                return RejectionKind.BadJustification;
            }

            if (!HoldsQuorum(vote, certificate.Signatures)) return RejectionKind.BadCertificate;
        }

        return default;
    }

    private RejectionKind JudgeNewView(NewView newView)
    {
        if (newView.ViewChanges.Length < _group.Quorum) return RejectionKind.BadJustification;
        var last = -1;
        foreach (var viewChange in newView.ViewChanges)
        {
            if (viewChange.Signer.Index <= last) return RejectionKind.BadJustification; // Ascending, so that nobody is in it twice.
            last = viewChange.Signer.Index;
            if (!_group.Contains(viewChange.Signer)) return RejectionKind.UnknownSigner;
            if (viewChange.Statement.View != newView.View) return RejectionKind.BadJustification;
            if (!HasGoodSignature(viewChange.Statement, viewChange.Signer, viewChange.Signature)) return RejectionKind.BadSignature;
            var why = JudgeViewChange(viewChange.Statement);
            if (why != default) return why;
        }

        return default;
    }

    private bool HoldsQuorum(Vote vote, ImmutableArray<VoteSignature> signatures)
    {
        if (signatures.Length < _group.Quorum) return false;
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, Context, vote);
        var signedLength = writer.Length;
        var last = -1;
        foreach (var part in signatures)
        {
            if (!_group.Contains(part.Signer) || part.Signer.Index <= last) return false; // Ascending, so that nobody signs twice.
            last = part.Signer.Index;
            writer.Replica(part.Signer);
            writer.Signature(part.Signature);
        }

        if (PlantedBugs.Has(PlantedBug.CertificateUnchecked)) return true;
        var name = _cache is null ? default : Digest.Of(writer.Written);
        if (_cache is not null && _cache.Contains(name)) return true;
        foreach (var part in signatures)
        {
            if (!_scheme.Verify(_members[part.Signer.Index], writer.Written[..signedLength], part.Signature)) return false;
        }

        _cache?.Add(name);
        return true;
    }

    private bool HasGoodSignature(Statement statement, ReplicaId signer, Signature signature)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, Context, statement);
        return _scheme.Verify(_members[signer.Index], writer.Written, signature);
    }

    private bool HasGoodSignature(VerifiedRequest claimed, ReadOnlySpan<byte> signatureBase)
    {
        var request = claimed.Request;
        if (_cache is null) return _scheme.Verify(request.Client, signatureBase, request.Signature);
        Span<byte> content = stackalloc byte[Digest.Length + Signature.Length];
        claimed.Digest.Write(content);
        request.Signature.Write(content[Digest.Length..]);
        var name = Digest.Of(content);
        if (_cache.Contains(name)) return true;
        if (!_scheme.Verify(request.Client, signatureBase, request.Signature)) return false;
        _cache.Add(name);
        return true;
    }

    private static bool RepeatsRequest(Batch batch)
    {
        if (batch.Requests.Length < 2) return false;
        var seen = new LookupTable<Digest, bool>();
        foreach (var request in batch.Requests)
        {
            if (!seen.TryAdd(request, value: true)) return true;
        }

        return false;
    }
}
