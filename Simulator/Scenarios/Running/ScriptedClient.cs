using System.Collections.Immutable;

namespace KvStore.Simulator.Scenarios;

/// <summary>A simulated client that does what its workload says, one operation after the other.</summary>
internal sealed class ScriptedClient(SimulatedClient client, ImmutableArray<ScriptedOperation> workload)
{
    private readonly List<ClientOperation> _done = [];

    /// <summary>What it has begun.</summary>
    public IReadOnlyList<ClientOperation> Operations => _done;

    /// <summary>Begins the next operation when the last one is over; whether all are.</summary>
    public bool Advance()
    {
        while (_done.Count == 0 || _done[^1].IsOver)
        {
            if (_done.Count == workload.Length) return true;
            _done.Add(client.Do(IntentOf(workload[_done.Count])));
        }

        return false;
    }

    private static Intent IntentOf(ScriptedOperation operation) => operation.Kind switch
    {
        ScriptedKind.Put => new Intent(OperationKind.Put, operation.Key, operation.Value),
        ScriptedKind.Append => new Intent(OperationKind.Append, operation.Key, operation.Value),
        ScriptedKind.Slice => new Intent(OperationKind.KeepSlice, operation.Key) { Start = operation.Start, End = operation.End },
        ScriptedKind.Get => new Intent(OperationKind.Get, operation.Key),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation.Kind, "An operation that no client can do."),
    };
}
