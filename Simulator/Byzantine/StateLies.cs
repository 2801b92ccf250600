// adversary.md rows 3, 33 and 34.
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Votes for wrong roots of checkpoints.</summary>
internal sealed class WrongRootsBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly Digest _wrong = kit.AnyDigest();
    private readonly bool _toAll = kit.Random.Chance(5000);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage { Signed: Signed<Checkpoint> it } || it.Signer != Kit.Self) return Only(message);
        if (!_toAll && !Kit.IsOnOtherSide(to, it.Statement.Sequence.Number)) return Only(message);
        return Only(Kit.Say(Kit.Random.Chance(5000) ? it.Statement with { StateRoot = _wrong } : it.Statement with { LedgerRoot = _wrong }));
    }
}

/// <summary>Serves chunks of state that are not what was asked for.</summary>
internal sealed class BadChunksBehaviour(LiarKit kit) : Behaviour(kit)
{
    private ChunkMessage? _earlier;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not ChunkMessage it || it.Content.IsEmpty || !Kit.Dares()) return Only(message);
        var earlier = _earlier;
        _earlier = it;
        return Kit.Random.Below(5) switch
        {
            0 => [],
            1 => Only(it with { Content = it.Content[..Kit.Random.Below(it.Content.Length)] }),
            2 when earlier is not null => Only(it with { Content = earlier.Content }),
            3 => Only(it with { Content = ReadOnlyMemory<byte>.Empty }),
            _ => Only(it with { Content = Altered(it.Content) }),
        };
    }

    private byte[] Altered(ReadOnlyMemory<byte> content)
    {
        var bytes = content.ToArray();
        bytes[Kit.Random.Below(bytes.Length)] ^= (byte)Kit.Random.Between(1, byte.MaxValue);
        return bytes;
    }
}

/// <summary>Certificates that prove nothing: one vote short, or about something else than what was signed.</summary>
internal sealed class BadCertificatesBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        CommittedMessage it when Kit.Dares() => Only(Forge(it)),
        StableMessage it when Kit.Dares() => Only(Forge(it)),
        StatusMessage when Kit.Overheard.Pick(Kit.Random) is CommittedMessage it && Kit.Dares() => Both(message, Forge(it)),
        _ => Only(message),
    };

    private CommittedMessage Forge(CommittedMessage honest)
    {
        var (vote, signatures, batch) = (honest.Certificate.Vote, honest.Certificate.Signatures, honest.Batch);
        switch (Kit.Random.Below(4))
        {
            case 0: return honest with { Certificate = LiarKit.Certificate(vote, signatures.RemoveAt(0)) };
            case 1: return honest with { Certificate = LiarKit.Certificate(vote with { Sequence = Kit.Executed.Next }, signatures) };
            case 2: return honest with { Certificate = LiarKit.Certificate(vote with { View = vote.View.Next }, signatures) };
            default:
                var other = new Batch(batch.Time, [.. batch.Requests.Skip(1)]);
                return new CommittedMessage(LiarKit.Certificate(vote with { Batch = other.Digest }, signatures), other);
        }
    }

    private StableMessage Forge(StableMessage honest)
    {
        var (vote, signatures) = (honest.Certificate.Vote, honest.Certificate.Signatures);
        return new StableMessage(Kit.Random.Below(3) switch
        {
            0 => LiarKit.Certificate(vote, signatures.RemoveAt(0)),
            1 => LiarKit.Certificate(vote with { StateRoot = Kit.AnyDigest() }, signatures),
            _ => LiarKit.Certificate(vote with { Sequence = vote.Sequence.Plus((ulong)Kit.Config.Window) }, signatures),
        });
    }
}
