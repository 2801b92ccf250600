// Linearizability: Herlihy and Wing, TOPLAS 1990. The group's order is a witness for it, if it respects real time and explains every result;
// StateOracle sees to the results, this file to real time. The independent check without a witness is RegisterLinearizability.
using KvStore.Protocol;
using KvStore.Replication.Gateways;

namespace KvStore.Simulator;

/// <summary>The clients' operations as they see them.</summary>
internal sealed class History(Violations violations, StateOracle oracle)
{
    private long _moments;

    /// <summary>The furthest position that any client was told of: what begins now must come behind it.</summary>
    public Position Floor { get; private set; }

    public List<ClientOperation> Operations { get; } = [];

    /// <summary>The next moment in the order of the clients' events.</summary>
    public long NextMoment() => ++_moments;

    public void Begin(ClientOperation operation)
    {
        Operations.Add(operation);
        if (operation.Request is not null) oracle.Register(operation);
    }

    /// <summary>A client has received an answer to an ordered request; perhaps not its first.</summary>
    public void OnAnswer(ClientOperation operation, GatewayAnswer answer)
    {
        var digest = operation.Request!.Digest;
        var isKnown = oracle.TryFindApplied(digest, out var position, out var result);
        if (!answer.Replayed && oracle.TryFindOutcome(answer.Sequence, digest, out var place, out var outcome)) (position, result, isKnown) = (place, outcome, true);
        if (!isKnown)
        {
            violations.Add("Answers are executed", $"{operation} was answered {answer.Result.Code} at {answer.Sequence}, where it was not executed");
            return;
        }

        if (!SameBytes(result, answer.Result, operation)) violations.Add("A retry gets the first result", $"{operation} was answered {answer.Result.Code} r{answer.Result.Revision}, and had {result.Code} r{result.Revision}");
        Complete(operation, position, answer.Result);
    }

    /// <summary>A client has received the answer to a linearizable read, from the state at this position.</summary>
    public void OnRead(ClientOperation operation, SequenceNumber sequence, OperationResult result)
    {
        if (oracle.At(sequence) is not { } keys)
        {
            violations.Add("Linearizability", $"{operation} read a state at {sequence}, which nobody executed");
            return;
        }

        var (_, expected) = keys.Execute(operation.Intent);
        if (!StateOracle.Same(operation.Intent, keys, expected, result)) violations.Add("Linearizability", $"{operation} read {result.Code} r{result.KeyRevision} at {sequence}, and should have read {expected.Code} r{expected.KeyRevision}");
        Complete(operation, Position.EndOf(sequence), result);
    }

    private void Complete(ClientOperation operation, Position position, OperationResult result)
    {
        // A read may see exactly what was told before it; a request has a place of its own.
        var order = position.CompareTo(operation.Floor);
        var isRead = operation.Request is null;
        if (isRead ? position.Sequence < operation.Floor.Sequence : order <= 0)
        {
            violations.Add("Linearizability", $"{operation} took effect at {position}, although what was answered before it began was at {operation.Floor}");
        }

        // An answer that comes after its client stopped asking must be right as well; to the client the outcome stays unknown.
        if (!operation.IsOver)
        {
            operation.Answered = NextMoment();
            operation.Result = result;
        }

        if (position.CompareTo(Floor) > 0) Floor = position;
    }

    private static bool SameBytes(OperationResult expected, OperationResult actual, ClientOperation operation) =>
        expected.Code == actual.Code && expected.Revision == actual.Revision && expected.KeyRevision == actual.KeyRevision
        && expected.Offset == actual.Offset && expected.Length == actual.Length
        && (operation.Intent.Kind == OperationKind.List || expected.Value.Span.SequenceEqual(actual.Value.Span));
}
