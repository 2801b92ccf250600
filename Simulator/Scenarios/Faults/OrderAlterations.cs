using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>What a replica says about the order, with something changed. The same to everybody who is told, unless it is said otherwise.</summary>
internal sealed class OrderAlterations(LiarKit kit, RequestBook requests, BatchBook batches)
{
    private static readonly byte[] _tag = [.. "a scenario's lie\0"u8];

    /// <summary>Another digest that follows from one.</summary>
    public static Digest Other(Digest digest, int number = 0) => Digest.Of([.. _tag, .. digest.ToArray(), (byte)(number % 256), (byte)(number / 256 % 256)]);

    /// <summary>change_operation: the request, or each one of a batch, asks for something else. Its client's signature stays what it was.</summary>
    /// <param name="said">The truth.</param>
    /// <param name="only">The request that is changed; null for all.</param>
    public IReadOnlyList<PeerMessage> ChangeOperation(PeerMessage said, Digest? only) => said switch
    {
        RequestsMessage it => [it with { Requests = [.. it.Requests.Select(request => IsMeant(request.DigestFor(kit.Context.Cluster), only) ? Changed(request) : request)] }],
        ProposalMessage it => [Propose(it, Changed(it.Batch, only)), .. Bodies(it.Batch, only)],
        StatementMessage { Signed: Signed<Prepare> it } => [kit.Say(it.Statement with { Batch = ChangedBatch(it.Statement.Batch, only) })],
        StatementMessage { Signed: Signed<Commit> it } => [kit.Say(it.Statement with { Batch = ChangedBatch(it.Statement.Batch, only) })],
        _ => [said],
    };

    /// <summary>falsify: requests that nobody made, in place of those that somebody made.</summary>
    public IReadOnlyList<PeerMessage> Falsify(PeerMessage said) => said switch
    {
        ProposalMessage it => [Propose(it, Falsified(it.Batch))],
        StatementMessage { Signed: Signed<Prepare> it } => [kit.Say(it.Statement with { Batch = FalsifiedBatch(it.Statement.Batch) })],
        StatementMessage { Signed: Signed<Commit> it } => [kit.Say(it.Statement with { Batch = FalsifiedBatch(it.Statement.Batch) })],
        _ => [said],
    };

    /// <summary>wrong_digest: a digest that is no batch's. A proposal's batch stays what it was.</summary>
    public IReadOnlyList<PeerMessage> WrongDigest(PeerMessage said) => said switch
    {
        ProposalMessage it => [it with { PrePrepare = kit.Sign(it.PrePrepare.Statement with { Batch = Other(it.PrePrepare.Statement.Batch) }) }],
        StatementMessage { Signed: Signed<Prepare> it } => [kit.Say(it.Statement with { Batch = Other(it.Statement.Batch) })],
        StatementMessage { Signed: Signed<Commit> it } => [kit.Say(it.Statement with { Batch = Other(it.Statement.Batch) })],
        _ => [said],
    };

    /// <summary>increment_slot: the next position.</summary>
    public IReadOnlyList<PeerMessage> IncrementSlot(PeerMessage said) => said switch
    {
        ProposalMessage it => [it with { PrePrepare = kit.Sign(it.PrePrepare.Statement with { Sequence = it.PrePrepare.Statement.Sequence.Next }) }],
        StatementMessage { Signed: Signed<Prepare> it } => [kit.Say(it.Statement with { Sequence = it.Statement.Sequence.Next })],
        StatementMessage { Signed: Signed<Commit> it } => [kit.Say(it.Statement with { Sequence = it.Statement.Sequence.Next })],
        StatementMessage { Signed: Signed<Checkpoint> it } => [kit.Say(it.Statement with { Sequence = it.Statement.Sequence.Next })],
        _ => [said],
    };

    /// <summary>extra_op: requests that nobody made, besides those that somebody made.</summary>
    public IReadOnlyList<PeerMessage> AddOperations(ProposalMessage said, int count) =>
        [Propose(said, new Batch(said.Batch.Time, said.Batch.Requests.AddRange(Enumerable.Range(0, count).Select(number => Other(said.Batch.Digest, number)))))];

    /// <summary>A statement whose signature is not good.</summary>
    public static Signed<TStatement> Spoil<TStatement>(Signed<TStatement> honest)
        where TStatement : Statement
    {
        var signature = honest.Signature.ToArray();
        signature[0] ^= 1;
        return new Signed<TStatement>(honest.Statement, honest.Signer, Signature.Read(signature));
    }

    private ProposalMessage Propose(ProposalMessage honest, Batch batch) => new(kit.Sign(honest.PrePrepare.Statement with { Batch = batch.Digest }), batch);

    private static bool IsMeant(Digest request, Digest? only) => only is null || only == request;

    private Digest ChangedBatch(Digest batch, Digest? only) => batches.Find(batch) is { } known ? Changed(known, only).Digest : Other(batch);

    private Digest FalsifiedBatch(Digest batch) => batches.Find(batch) is { } known ? Falsified(known).Digest : Other(batch);

    private Batch Changed(Batch batch, Digest? only) => new(batch.Time, [.. batch.Requests.Select(request => IsMeant(request, only) ? ChangedDigest(request) : request)]);

    private static Batch Falsified(Batch batch) => new(batch.Time, [.. batch.Requests.Select(request => Other(request))]);

    private Digest ChangedDigest(Digest request) => requests.Find(request) is { } body ? Changed(body).DigestFor(kit.Context.Cluster) : Other(request);

    // Nobody else has them, so that they go along with the proposal.
    private IEnumerable<PeerMessage> Bodies(Batch batch, Digest? only)
    {
        ImmutableArray<Request> bodies = [.. batch.Requests.Where(request => IsMeant(request, only)).Select(requests.Find).OfType<Request>().Select(Changed)];
        return bodies.IsEmpty ? [] : [new RequestsMessage(bodies)];
    }

    private static Request Changed(Request request)
    {
        var operation = request.Operation;
        Invariant.Holds(Operation.TryCreate(operation.Method, $"{operation.Path}-changed", operation.Query, operation.Headers, operation.Body, out var other));
        return new Request
        {
            Client = request.Client,
            Nonce = request.Nonce,
            Created = request.Created,
            Expires = request.Expires,
            Operation = other,
            Signature = request.Signature,
        };
    }
}
