// Linearizability: Herlihy and Wing, TOPLAS 1990. A group's order is a witness for it, if it respects real time and explains every result;
// StateOracle sees to the results, this file to real time. The independent check without a witness is RegisterLinearizability.
using KvStore.Protocol;
using KvStore.Replication.Gateways;

namespace KvStore.Simulator;

/// <summary>The clients' operations as they see them.</summary>
internal sealed class History(World world)
{
    private readonly Violations _violations = world.Violations;
    private long _moments;

    public List<ClientOperation> Operations { get; } = [];

    /// <summary>The next moment in the order of the clients' events.</summary>
    public long NextMoment() => ++_moments;

    public void Begin(ClientOperation operation)
    {
        Operations.Add(operation);
        if (operation.Request is null) return;
        // A liar can show a request to a shard that its client did not ask. That is no forgery: it is signed for the cluster, and does something where its keys are.
        operation.GoesElsewhere = world.Settings.LiesEvery > 0;
        var shards = operation.GoesElsewhere ? world.Shards : operation.Parts.Select(part => part.Shard);
        foreach (var shard in shards) shard.Oracle.Register(operation);
    }

    /// <summary>A client has received the answers of all shards that it asked; perhaps not its first.</summary>
    public void OnAnswers(ClientOperation operation, IReadOnlyList<GatewayAnswer> answers)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            if (operation.Request is { } request) OnAnswer(operation.Parts[i], request.Digest, answers[i]);
            else OnRead(operation.Parts[i], answers[i]);
        }

        // An answer that comes after its client stopped asking must be right as well; to the client the outcome stays unknown.
        if (!operation.IsOver) operation.Answered = NextMoment();
    }

    private void OnAnswer(OperationPart part, Digest digest, GatewayAnswer answer)
    {
        var oracle = part.Shard.Oracle;
        var isKnown = oracle.TryFindApplied(digest, out var position, out var result);
        if (!answer.Replayed && oracle.TryFindOutcome(answer.Sequence, digest, out var place, out var outcome)) (position, result, isKnown) = (place, outcome, true);
        if (!isKnown)
        {
            _violations.Add("Answers are executed", $"{part} was answered {answer.Result.Code} at {answer.Sequence}, where it was not executed");
            return;
        }

        if (!SameBytes(result, answer.Result, part.Operation)) _violations.Add("A retry gets the first result", $"{part} was answered {answer.Result.Code} r{answer.Result.Revision}, and had {result.Code} r{result.Revision}");
        Complete(part, position, answer.Result);
    }

    // The answer to a linearizable read, from the state at this position.
    private void OnRead(OperationPart part, GatewayAnswer answer)
    {
        var (sequence, result, oracle) = (answer.Sequence, answer.Result, part.Shard.Oracle);
        if (oracle.At(sequence) is not { } keys)
        {
            _violations.Add("Linearizability", $"{part} read a state at {sequence}, which nobody executed");
            return;
        }

        var expected = oracle.Read(keys, part.Operation.Intent);
        if (!StateOracle.Same(part.Operation.Intent, keys, expected, result)) _violations.Add("Linearizability", $"{part} read {result.Code} r{result.KeyRevision} at {sequence}, and should have read {expected.Code} r{expected.KeyRevision}");
        Complete(part, Position.EndOf(sequence), result);
    }

    private void Complete(OperationPart part, Position position, OperationResult result)
    {
        // A read may see exactly what was told before it; a request has a place of its own.
        var isRead = part.Operation.Request is null;
        if (isRead ? position.Sequence < part.Floor.Sequence : position.CompareTo(part.Floor) <= 0)
        {
            _violations.Add("Linearizability", $"{part} took effect at {position}, although what was answered before it began was at {part.Floor}");
        }

        if (!part.Operation.IsOver) part.Result = result;
        if (position.CompareTo(part.Shard.Floor) > 0) part.Shard.Floor = position;
    }

    private static bool SameBytes(OperationResult expected, OperationResult actual, ClientOperation operation) =>
        expected.Code == actual.Code && expected.Revision == actual.Revision && expected.KeyRevision == actual.KeyRevision
        && expected.Offset == actual.Offset && expected.Length == actual.Length && expected.Expires == actual.Expires
        && (operation.Intent.Kind == OperationKind.List || expected.Value.Span.SequenceEqual(actual.Value.Span));
}
