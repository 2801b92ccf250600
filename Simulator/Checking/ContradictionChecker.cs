// adversary.md rows 38 and 39: never two votes for one position, whatever was lost in between.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Remembers what every correct replica has signed and said, over restarts, and finds two statements that contradict each other.</summary>
/// <remarks>
/// A replica whose disk was put back to an old copy may contradict what too few heard of for one of them to be among those that it listens to
/// (docs/divergence.md, "A replica that was restored from an old copy"). It is held to everything else.
/// </remarks>
internal sealed class ContradictionChecker(Violations violations, Shard shard)
{
    private readonly Dictionary<(ReplicaId Signer, StatementKind Kind, View View, SequenceNumber Sequence), Said> _said = [];
    private readonly Dictionary<ReplicaId, (View View, SequenceNumber Sequence)> _highest = [];

    /// <summary>The highest view and position that a replica has ever spoken of.</summary>
    public (View View, SequenceNumber Sequence) HighestOf(ReplicaId replica) => _highest.GetValueOrDefault(replica);

    public void OnSent(Machine machine, PeerMessage message)
    {
        var signed = message switch
        {
            StatementMessage it => it.Signed,
            ProposalMessage it => it.PrePrepare,
            _ => null,
        };
        if (signed is null || machine.IsLiar || signed.Signer != machine.Id) return;
        switch (signed.UntypedStatement)
        {
            case OrderingVote it: Note(machine, it.Kind, it.View, it.Sequence, it.Batch); break;
            case Checkpoint it:
                Note(machine, it.Kind, default, it.Sequence, it.StateRoot);
                machine.NoteCheckpointVote(it.Sequence);
                break;
            case NewView it: Note(machine, it.Kind, it.View, default, ContentOf(signed)); break;
            case ViewChange it: Note(machine, it.Kind, it.View, default, ContentOf(signed)); break;
        }
    }

    /// <summary>A replica takes messages, and holds what they say from now on as long as it runs and has no newer.</summary>
    public void OnHeard(ReplicaProcess process, IEnumerable<VerifiedMessage?> messages)
    {
        foreach (var message in messages)
        {
            if (message is VerifiedStatement<Prepare> prepare && Holds(process, prepare.Verified.Statement)) OnHeard(process, prepare.Verified.Signer, prepare.Verified.Statement);
            else if (message is VerifiedStatement<Commit> commit && Holds(process, commit.Verified.Statement)) OnHeard(process, commit.Verified.Signer, commit.Verified.Statement);
            else if (message is VerifiedStatement<ViewChange> change) Find(change.Verified.Signer, StatementKind.ViewChange, change.Verified.Statement.View, default)?.OnHeard(process);
        }
    }

    // The substitute signature is a digest of the content, which is what has to be compared.
    private static Digest ContentOf(Signed signed)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        signed.Signature.Write(bytes);
        return Digest.Read(bytes[..Digest.Length]);
    }

    private bool Holds(ReplicaProcess process, OrderingVote vote)
    {
        var replica = process.Driver.Replica;
        var low = replica.StableCheckpoint?.Vote.Sequence ?? SequenceNumber.Genesis;
        return replica.Active && replica.View == vote.View && vote.Sequence > low && vote.Sequence <= low.Plus((ulong)shard.Settings.Consensus.Window);
    }

    private void OnHeard(ReplicaProcess process, ReplicaId signer, OrderingVote vote)
    {
        Find(signer, vote.Kind, vote.View, vote.Sequence)?.OnHeard(process);
        // The primary's Prepare says the same as its PrePrepare, and is held where the other was not taken.
        if (vote is Prepare) Find(signer, StatementKind.PrePrepare, vote.View, vote.Sequence)?.OnHeard(process);
    }

    private Said? Find(ReplicaId signer, StatementKind kind, View view, SequenceNumber sequence) => _said.GetValueOrDefault((signer, kind, view, sequence));

    private void Note(Machine machine, StatementKind kind, View view, SequenceNumber sequence, Digest content)
    {
        var (highestView, highestSequence) = HighestOf(machine.Id);
        _highest[machine.Id] = (view > highestView ? view : highestView, SequenceNumber.Max(sequence, highestSequence));
        var said = new Said(content, machine.Restores);
        var place = (machine.Id, kind, view, sequence);
        if (_said.TryAdd(place, said) || _said[place].Content == content) return;
        if (_said[place].Restores < machine.Restores && !WasKept(_said[place], machine))
        {
            _said[place] = said;
            return;
        }

        violations.Add("No correct replica contradicts itself", $"{machine} sent two different {kind} for {view} {sequence}");
    }

    // Of the others it listens to this many, so that one of them is among any that are more than the rest.
    private bool WasKept(Said said, Machine machine) => said.HoldersBefore(machine.Process!.StartedAt) > shard.Group.Replicas - 1 - shard.Group.RecallAnswers;

    private sealed class Said(Digest content, int restores)
    {
        private readonly List<(ReplicaProcess Process, long Heard)> _heard = [];

        public Digest Content => content;

        public int Restores => restores;

        public void OnHeard(ReplicaProcess process)
        {
            if (!_heard.Exists(each => each.Process == process)) _heard.Add((process, process.Now));
        }

        public int HoldersBefore(long start) => _heard.Count(each => each.Heard < start && each.Process.IsCurrent);
    }
}
