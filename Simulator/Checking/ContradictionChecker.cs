// adversary.md row 38: never two votes for one position, whatever was lost in between.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Remembers what every correct replica has signed and said, over restarts, and finds two statements that contradict each other.</summary>
internal sealed class ContradictionChecker(Violations violations)
{
    private readonly Dictionary<(ReplicaId Signer, StatementKind Kind, View View, SequenceNumber Sequence), Digest> _said = [];

    public void OnSent(Machine machine, PeerMessage message)
    {
        var signed = message switch
        {
            StatementMessage it => it.Signed,
            ProposalMessage it => it.PrePrepare,
            _ => null,
        };
        if (signed is null || machine.Tamper is not null || signed.Signer != machine.Id) return;
        switch (signed.UntypedStatement)
        {
            case OrderingVote it: Note(machine, it.Kind, it.View, it.Sequence, it.Batch); break;
            case Checkpoint it: Note(machine, it.Kind, default, it.Sequence, it.StateRoot); break;
            case NewView it: Note(machine, it.Kind, it.View, default, ContentOf(signed)); break;
            case ViewChange it: Note(machine, it.Kind, it.View, default, ContentOf(signed)); break;
        }
    }

    // The substitute signature is a digest of the content, which is what has to be compared.
    private static Digest ContentOf(Signed signed)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        signed.Signature.Write(bytes);
        return Digest.Read(bytes[..Digest.Length]);
    }

    private void Note(Machine machine, StatementKind kind, View view, SequenceNumber sequence, Digest content)
    {
        var place = (machine.Id, kind, view, sequence);
        if (_said.TryAdd(place, content) || _said[place] == content) return;
        violations.Add("No correct replica contradicts itself", $"{machine} sent two different {kind} for {view} {sequence}");
    }
}
