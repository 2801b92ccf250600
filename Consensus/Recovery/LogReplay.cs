// protocol.md sections 10 and 11: what was durable before it was said is what the replica knows when it comes back.
using System.Collections.Immutable;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>A record of the log, with what it carries verified.</summary>
/// <param name="Record">The record.</param>
/// <param name="Bodies">The bodies that it carries.</param>
/// <param name="NewView">The NewView that it is, if it is one.</param>
public sealed record ReplayedRecord(LogRecord Record, ImmutableArray<VerifiedRequest> Bodies, Verified<NewView>? NewView);

/// <summary>Rebuilds a replica's state from its log. Effects of the replay are dropped: they were carried out before the crash, or are again at the start.</summary>
internal static class LogReplay
{
    public static void Replay(ReplicaState state, IEnumerable<ReplayedRecord> records)
    {
        state.Begin(new List<Effect>());
        foreach (var record in records) Replay(state, record);
        state.NextProposal = SequenceNumber.Max(state.NextProposal, state.Executed.Next);
    }

    private static void Replay(ReplicaState state, ReplayedRecord replayed)
    {
        foreach (var body in replayed.Bodies) state.Pool.TryAdd(body, default, wanted: true, needed: true, ReplicaSet.All);
        switch (replayed.Record)
        {
            case StableRecord it:
                ReplayStable(state, it.Certificate);
                break;
            case RejoinRecord it:
                state.Rejoin.Restore(state, it.Floor);
                break;
            case ReservedRecord it:
                state.Reservation.Restore(it);
                break;
            case NewViewRecord:
                ViewOpener.Enter(state, replayed.NewView!);
                break;
            case ViewChangeRecord it:
                state.View = it.ViewChange.View;
                state.Active = false;
                state.ViewChanges.Pledged = it.ViewChange;
                break;
            case ProposalRecord it:
                ReplayProposal(state, it);
                break;
            case PreparedRecord it:
                ReplayPrepared(state, it.Certificate);
                break;
            case CommittedRecord it:
                ReplayCommitted(state, it);
                break;
        }
    }

    private static void ReplayStable(ReplicaState state, QuorumCertificate<Checkpoint> certificate)
    {
        if (certificate.Vote.Sequence <= state.Low) return;
        state.Checkpoints.Advance(certificate);
        state.Executed = SequenceNumber.Max(state.Executed, certificate.Vote.Sequence);
        state.HighestCommitVote = SequenceNumber.Max(state.HighestCommitVote, state.Executed);
    }

    private static void ReplayProposal(ReplicaState state, ProposalRecord record)
    {
        if (!state.InWindow(record.Sequence)) return;
        var slot = state.Slots.FindOrAdd(record.Sequence, state.Group, tick: 0);
        if (record.View == state.OpenView && !slot.Accepted)
        {
            if (slot.Proposed is null) slot.Propose(record.Batch.Digest, prePrepare: null);
            slot.Hold(record.Batch);
            slot.Accept();
            // A proposal that was passed over by a later view's batch may have lost bodies: the vote for it still counts, and nobody needs them.
            if (record.Batch.Requests.All(state.Pool.Contains)) NormalCase.Proposals.Pin(state, slot, record.Batch);
            state.Pool.MarkInFlight(record.Batch);
            state.LatestBatchTime = Timestamp.Max(state.LatestBatchTime, record.Batch.Time);
            state.NextProposal = SequenceNumber.Max(state.NextProposal, record.Sequence.Next);
        }
        else
        {
            slot.Hold(record.Batch);
        }
    }

    private static void ReplayPrepared(ReplicaState state, OrderingCertificate certificate)
    {
        var sequence = certificate.Vote.Sequence;
        if (!state.InWindow(sequence)) return;
        var slot = state.Slots.FindOrAdd(sequence, state.Group, tick: 0);
        slot.TakePrepared(certificate);
        slot.CommitVotedFor = certificate.Vote.Batch;
        if (certificate.Vote.View == state.OpenView && slot.Accepted && certificate.Vote.Batch == slot.Proposed) slot.CommitVoted = true;
        state.HighestCommitVote = SequenceNumber.Max(state.HighestCommitVote, sequence);
    }

    private static void ReplayCommitted(ReplicaState state, CommittedRecord record)
    {
        var sequence = record.Certificate.Vote.Sequence;
        if (sequence <= state.Executed) return;
        var slot = state.Slots.FindOrAdd(sequence, state.Group, tick: 0);
        slot.Commit(record.Certificate);
        slot.Hold(record.Batch);
        slot.Logged = record.Batch.Digest;
    }
}
