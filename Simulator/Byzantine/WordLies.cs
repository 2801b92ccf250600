// adversary.md rows 2, 7, 24, 27, 30 and 32.
using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>Repeats what was said in other views and shards, and says what it has to say in other epochs and clusters as well.</summary>
internal sealed class ReplayBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int ReplayChance = 2000;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (Kit.Random.Chance(ReplayChance) && Kit.Overheard.Pick(Kit.Random) is { } earlier) return Both(message, earlier);
        if (message is StatementMessage { Signed: Signed<Commit> it } && it.Signer == Kit.Self && Kit.Random.Chance(ReplayChance)) return Both(message, Elsewhere(it.Statement));
        return Only(message);
    }

    // The signature is good, where it was made for.
    private StatementMessage Elsewhere(Commit vote)
    {
        var context = Kit.Random.Chance(5000)
            ? Kit.Context with { Epoch = new Epoch(Kit.Context.Epoch.Number + 1) }
            : Kit.Context with { Cluster = new ClusterId(Kit.AnyDigest()) };
        return Kit.Say(vote with { Batch = Kit.AnyDigest() }, context);
    }
}

/// <summary>Votes where nobody has come yet.</summary>
internal sealed class FarFutureBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int FarChance = 3000;
    private const ulong FarAway = 1_000_000_000;
    private const ulong Farthest = CanonicalReader.NumberMax;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatementMessage || !Kit.Random.Chance(FarChance)) return Only(message);
        var (view, sequence) = (Kit.View, Kit.Executed.Plus((ulong)Kit.Random.Between(1, 2 * Kit.Config.Window)));
        return Kit.Random.Below(7) switch
        {
            0 => Both(message, Kit.Say(new Prepare(view, Kit.Executed.Plus(FarAway), Kit.AnyDigest()))),
            1 => Both(message, Kit.Say(new Prepare(new View(view.Number + (ulong)Kit.Random.Between(1, 4)), sequence, Kit.AnyDigest()))),
            2 => Both(message, Kit.Say(new Commit(view, sequence, Kit.AnyDigest()))),
            3 => Both(message, Kit.Say(new Commit(new View(Farthest), new SequenceNumber(Farthest), Kit.AnyDigest()))),
            4 => Both(message, Kit.Say(new Checkpoint(new SequenceNumber(Farthest), Kit.AnyDigest(), Kit.AnyDigest()))),
            5 => Both(message, Kit.Say(new Checkpoint(Kit.Executed.Plus(FarAway), Kit.AnyDigest(), Kit.AnyDigest()))),
            _ => Both(message, Kit.Say(new Checkpoint(sequence, Kit.AnyDigest(), Kit.AnyDigest()))),
        };
    }
}

/// <summary>Says that something else came of what was executed.</summary>
internal sealed class WrongResultsBehaviour(LiarKit kit) : Behaviour(kit)
{
    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => message switch
    {
        StatementMessage { Signed: Signed<Executed> it } when it.Signer == Kit.Self && Kit.Dares() => Only(Kit.Say(Alter(it.Statement))),
        _ => Only(message),
    };

    private Executed Alter(Executed honest) => Kit.Random.Below(5) switch
    {
        0 => honest with { ResultsRoot = Kit.AnyDigest() },
        1 => honest with { LedgerRoot = Kit.AnyDigest() },
        2 => honest with { Batch = Kit.AnyDigest() },
        3 => honest with { Sequence = new SequenceNumber(CanonicalReader.NumberMax) },
        _ => honest with { Sequence = honest.Sequence.Next },
    };
}

/// <summary>Says to reads that nothing was committed, or more than was.</summary>
internal sealed class WrongReadIndexBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const ulong Ahead = 1000;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not ReadIndexAnswer it || !Kit.Dares()) return Only(message);
        return Kit.Random.Below(3) switch
        {
            0 => Only(new ReadIndexAnswer(it.Round, SequenceNumber.Genesis, null)),
            1 => Only(new ReadIndexAnswer(it.Round, it.Sequence.Plus(Ahead), null)),
            _ => Only(it with { Sequence = it.Sequence.Next }), // With a certificate for what is before it.
        };
    }
}

/// <summary>Says that it stands where it does not.</summary>
internal sealed class WrongStatusBehaviour(LiarKit kit) : Behaviour(kit)
{
    private readonly int _kind = kit.Random.Below(5);

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (message is not StatusMessage it || !Kit.Dares()) return Only(message);
        return Only(_kind switch
        {
            0 => it with { Executed = SequenceNumber.Genesis, Stable = SequenceNumber.Genesis, RetainedFrom = SequenceNumber.Genesis.Next },
            1 => it with { Executed = new SequenceNumber(CanonicalReader.NumberMax), Stable = new SequenceNumber(CanonicalReader.NumberMax), RetainedFrom = new SequenceNumber(CanonicalReader.NumberMax) },
            2 => it with { View = new View(CanonicalReader.NumberMax), Active = true },
            3 => it with { Rejoining = true, Active = false },
            _ => it with { View = View.Initial, Active = false },
        });
    }
}

/// <summary>Sends what can be read of its messages when a few bytes of them are others.</summary>
internal sealed class MangleBehaviour(LiarKit kit) : Behaviour(kit)
{
    private const int BytesMax = 3;

    public override IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        if (!Kit.Dares()) return Only(message);
        var bytes = MessageCodec.Encode(Kit.Context, message);
        for (var i = Kit.Random.Between(1, BytesMax); i > 0; i--) bytes[Kit.Random.Below(bytes.Length)] = (byte)Kit.Random.Below(256);
        return MessageCodec.Decode(Kit.Context, bytes, out _) is { } mangled ? Only(mangled) : [];
    }
}
