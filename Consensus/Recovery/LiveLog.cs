using System.Collections.Immutable;
using KvStore.Consensus.NormalCase;
using KvStore.Protocol;

namespace KvStore.Consensus.Recovery;

/// <summary>What of the log is still needed once a checkpoint is stable. <see cref="LogReplay"/> makes the same replica of it.</summary>
internal static class LiveLog
{
    public static ImmutableArray<LogRecord> Records(ReplicaState state)
    {
        var records = ImmutableArray.CreateBuilder<LogRecord>();
        if (state.Rejoin.Record is { } rejoin) records.Add(rejoin);
        if (state.Checkpoints.Certificate is { } stable) records.Add(new StableRecord(stable));
        if (state.Reservation.Record is { } reserved) records.Add(reserved);
        var slots = state.Slots.From(state.Low.Next, SequenceNumber.Max(state.High, state.Executed)).ToList();
        foreach (var slot in slots) AddEarlierViews(state, slot, records);
        if (state.ViewChanges.Opening is { } opening) records.Add(new NewViewRecord(opening.Signed));
        foreach (var slot in slots) AddOpenView(state, slot, records);
        if (state.ViewChanges.Pledged is { } pledged) records.Add(new ViewChangeRecord(pledged));
        return records.ToImmutable();
    }

    // A certificate of an earlier view and its batch, which a later ViewChange may have to report.
    private static void AddEarlierViews(ReplicaState state, Slot slot, ImmutableArray<LogRecord>.Builder records)
    {
        if (slot.Reported is not { } prepared || prepared.Vote.View >= state.OpenView) return;
        records.Add(new PreparedRecord(prepared));
        if (slot.Find(prepared.Vote.Batch) is { } batch) records.Add(new ProposalRecord(prepared.Vote.View, slot.Sequence, batch, Bodies(state, batch)));
    }

    private static void AddOpenView(ReplicaState state, Slot slot, ImmutableArray<LogRecord>.Builder records)
    {
        if (slot.Accepted) records.Add(new ProposalRecord(state.OpenView, slot.Sequence, slot.ProposedBatch!, Bodies(state, slot.ProposedBatch!)));
        if (slot.Reported is { } prepared && prepared.Vote.View == state.OpenView) records.Add(new PreparedRecord(prepared));
        if (!slot.IsExecuted) return;
        var bodiesAreThere = slot.Accepted && slot.Proposed == slot.Committed!.Vote.Batch;
        records.Add(new CommittedRecord(slot.Committed!, slot.CommittedBatch!, bodiesAreThere ? [] : Bodies(state, slot.CommittedBatch!)));
    }

    private static ImmutableArray<Request> Bodies(ReplicaState state, Batch batch)
    {
        var bodies = ImmutableArray.CreateBuilder<Request>(batch.Requests.Length);
        foreach (var digest in batch.Requests)
        {
            if (state.Pool.Find(digest) is { } body) bodies.Add(body.Request);
        }

        return bodies.ToImmutable();
    }
}
