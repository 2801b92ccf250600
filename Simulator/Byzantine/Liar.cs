using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>A replica that lies in several ways at once: what one makes of a message is what the next one alters.</summary>
internal sealed class Liar(LiarKit kit) : IStatementTamper
{
    private IReadOnlyList<Behaviour> _behaviours = [];

    /// <summary>How often something else was said than the replica meant to say.</summary>
    public long Lies { get; private set; }

    /// <summary>The highest view that it has ever signed anything about.</summary>
    public View HighestView { get; private set; }

    /// <summary>The highest position that it has ever signed anything about.</summary>
    public SequenceNumber HighestSequence { get; private set; }

    /// <summary>Lies in other ways from here on.</summary>
    public void Tell(IEnumerable<Behaviour> behaviours) => _behaviours = [.. behaviours];

    public IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        List<Said> said = [new Said(message)];
        foreach (var behaviour in _behaviours) said = [.. said.SelectMany(each => behaviour.Say(to, each.Message).Select(lie => lie with { Delay = lie.Delay + each.Delay }))];
        if (said.Count != 1 || !ReferenceEquals(said[0].Message, message) || said[0].Delay > 0) Lies++;
        foreach (var each in said) Note(each.Message);
        return said;
    }

    public PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        kit.Overheard.Add(message);
        var heard = message;
        foreach (var behaviour in _behaviours)
        {
            if (heard is not null) heard = behaviour.Hear(from, heard);
        }

        return heard;
    }

    private void Note(PeerMessage message)
    {
        kit.Overheard.Add(message);
        var statement = message switch
        {
            StatementMessage it when it.Signed.Signer == kit.Self => it.Signed.UntypedStatement,
            ProposalMessage it when it.PrePrepare.Signer == kit.Self => it.PrePrepare.Statement,
            _ => null,
        };
        var (view, sequence) = statement switch
        {
            OrderingVote it => (it.View, it.Sequence),
            Executed it => (View.Initial, it.Sequence),
            Checkpoint it => (View.Initial, it.Sequence),
            ViewChange it => (it.View, it.Prepared.IsEmpty ? it.StableSequence : it.Prepared[^1].Vote.Sequence),
            NewView it => (it.View, it.Carried.IsEmpty ? SequenceNumber.Genesis : it.Carried[^1].Sequence),
            _ => (View.Initial, SequenceNumber.Genesis),
        };
        if (view > HighestView) HighestView = view;
        HighestSequence = SequenceNumber.Max(HighestSequence, sequence);
    }
}
