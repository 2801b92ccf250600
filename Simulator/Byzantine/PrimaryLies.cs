// adversary.md rows 8, 11, 22 and 23.
using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Proposes what no correct primary would.</summary>
internal sealed class BadBatchBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const ulong WildMilliseconds = 3_600_000;

    private readonly int _kind = kit.Random.Below(6);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not ProposalMessage proposal || proposal.PrePrepare.Signer != Kit.Self || !Kit.Dares()) return Only(message);
        if (_kind == 0) return Only(proposal with { Batch = new Batch(proposal.Batch.Time, proposal.Batch.Requests.Add(Kit.AnyDigest())) }); // Not what was signed.
        var batch = Alter(proposal.Batch);
        return Only(new ProposalMessage(Kit.Sign(proposal.PrePrepare.Statement with { Batch = batch.Digest }), batch));
    }

    private Batch Alter(Batch batch) => _kind switch
    {
        1 => new Batch(batch.Time, batch.Requests.Add(Kit.AnyDigest())),
        2 => new Batch(batch.Time, [.. batch.Requests, .. batch.Requests]),
        3 => new Batch(new Timestamp(batch.Time.UnixMilliseconds + WildMilliseconds), batch.Requests),
        4 => new Batch(new Timestamp(batch.Time.UnixMilliseconds - WildMilliseconds), batch.Requests),
        _ => new Batch(batch.Time, [.. batch.Requests, .. Enumerable.Range(0, Kit.Config.BatchRequestsMax).Select(_ => Kit.AnyDigest())]),
    };
}

/// <summary>
/// Lets the requests of one client lie while it leads: of a certain one, or of the first that it hears of. As a backup it votes like the others, or nobody would take
/// it for correct.
/// </summary>
internal sealed class StarveBehaviour(LiarKit kit, PublicKey? client) : Behaviour(kit)
{
    private PublicKey? _client = client;

    public override PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        if (message is not RequestsMessage it || !Kit.IsPrimary) return message;
        _client ??= it.Requests.FirstOrDefault()?.Client;
        ImmutableArray<Request> served = [.. it.Requests.Where(request => request.Client != _client)];
        return served.IsEmpty ? null : it with { Requests = served };
    }
}

/// <summary>Gives nobody what they lack.</summary>
internal sealed class WithholdBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        RequestsMessage or BatchesMessage or CommittedMessage => [],
        ChunkMessage it => Kit.Random.Chance(5000) ? [] : Only(it with { Content = ReadOnlyMemory<byte>.Empty }),
        _ => Only(message),
    };
}

/// <summary>Alters clients' requests; their signatures stay as they were, or are put on other requests.</summary>
internal sealed class AlterRequestsBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not RequestsMessage it || !Kit.Dares()) return Only(message);
        var altered = it with { Requests = [.. it.Requests.Select(Alter)] };
        return Kit.Random.Chance(5000) ? Only(altered) : Both(altered, it with { Requests = it.Requests.AddRange(altered.Requests) });
    }

    private Request Alter(Request request) => new()
    {
        Client = request.Client,
        Nonce = Kit.Random.Chance(5000) ? request.Nonce : request.Nonce with { Counter = request.Nonce.Counter + 1 },
        Created = request.Created,
        Expires = new Timestamp(request.Expires.UnixMilliseconds + 1000),
        Operation = request.Operation,
        Signature = request.Signature,
    };
}
