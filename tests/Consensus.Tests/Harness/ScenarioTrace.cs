using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>Effects in words. What only repeats at intervals, and the answers to it, are left out.</summary>
internal static class ScenarioTrace
{
    public static string? Describe(Effect effect, Func<Digest, string> name) => effect switch
    {
        Persist it => Record(it.Record),
        PersistLater it => Record(it.Record),
        Broadcast it => $"says {Statement(it.Statement)}",
        BroadcastProposal it => $"proposes {it.PrePrepare.View} {it.PrePrepare.Sequence} [{Names(it.Batch, name)}]",
        Execute it => $"executes {it.Sequence} [{Names(it.Batch, name)}]",
        Stabilize it => $"has stable {it.Certificate.Vote.Sequence}",
        AssembleSnapshot it => $"fetches the state of {it.Certificate.Vote.Sequence}",
        ReportEquivocation it => $"keeps evidence against {it.Later.Signer}: {it.Later.UntypedStatement.Kind}",
        Reject it => $"rejects {it.Kind} from {it.From}",
        RefuseRequest => "refuses a request",
        ViewChanged it => it.Active ? $"enters {it.View}" : $"leaves for {it.View}",
        Send { Message: FetchRequestsMessage } it => $"asks {it.To} for bodies",
        Send { Message: FetchBatchesMessage } it => $"asks {it.To} for batches",
        SendToAll { Message: RequestsMessage it } => $"forwards [{it.Requests.Length}]",
        _ => null,
    };

    private static string Record(LogRecord record) => record switch
    {
        ProposalRecord it => $"logs Proposal {it.View} {it.Sequence}",
        ReservedRecord it => $"logs Reserved {it.View} {it.UpTo}",
        PreparedRecord it => $"logs Prepared {it.Certificate.Vote.View} {it.Certificate.Vote.Sequence}",
        CommittedRecord it => $"logs Committed {it.Certificate.Vote.View} {it.Certificate.Vote.Sequence}",
        ViewChangeRecord it => $"logs ViewChange {it.ViewChange.View}",
        NewViewRecord it => $"logs NewView {it.NewView.Statement.View}",
        RejoinRecord it => it.Floor.Number < 1_000_000 ? $"logs Rejoin {it.Floor}" : "logs Rejoin",
        _ => $"logs {record.Kind}",
    };

    private static string Statement(Statement statement) => statement switch
    {
        OrderingVote it => $"{it.Kind} {it.View} {it.Sequence}",
        Checkpoint it => $"Checkpoint {it.Sequence}",
        ViewChange it => $"ViewChange {it.View} (stable {it.StableSequence}; prepared {string.Join(' ', it.Prepared.Select(each => each.Vote.Sequence))})",
        NewView it => $"NewView {it.View} (carries {string.Join(' ', it.Carried.Select(each => each.Batch == Batch.Null.Digest ? $"{each.Sequence}:null" : $"{each.Sequence}"))})",
        _ => statement.Kind.ToString(),
    };

    private static string Names(Batch batch, Func<Digest, string> name) => string.Join(' ', batch.Requests.Select(name));
}
