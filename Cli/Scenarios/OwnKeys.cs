using KvStore.Client;
using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Scenarios;

/// <summary>What a dictionary would have answered, for the keys that no other workload of the scenario names.</summary>
internal sealed class OwnKeys(ScenarioFile scenario, int client)
{
    /// <summary>The answer to what was done.</summary>
    public const string Done = "done";

    /// <summary>The answer to what can't be done.</summary>
    public const string Refused = "refused";

    /// <summary>The answer to who reads what is not there.</summary>
    public const string Absent = "absent";

    private readonly SortedSet<string> _others = new(
        scenario.Workloads.Where(workload => workload.Key != client).SelectMany(workload => workload.Value).Select(operation => operation.Key), StringComparer.Ordinal);

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Whether a problem is the state machine's answer to what can't be done.</summary>
    public static bool IsRefusal(Problem problem) => problem is { Outcome: Outcome.NotApplied, Retryable: false, Status: >= 400 };

    /// <summary>What is wrong with an answer; null for nothing.</summary>
    public string? Judge(ScriptedOperation operation, string answer)
    {
        if (_others.Contains(operation.Key)) return null;
        var expected = Execute(operation);
        return answer == expected ? null : $"client {client}: {operation} should have given {expected}, and gave {answer}";
    }

    private string Execute(ScriptedOperation operation)
    {
        var value = _values.GetValueOrDefault(operation.Key);
        switch (operation.Kind)
        {
            case ScriptedKind.Put:
                _values[operation.Key] = operation.Value;
                return Done;
            case ScriptedKind.Append:
                _values[operation.Key] = value + operation.Value;
                return Done;
            case ScriptedKind.Slice when value is null || operation.Start > operation.End || operation.End > value.Length: return Refused;
            case ScriptedKind.Slice:
                _values[operation.Key] = value[operation.Start..operation.End];
                return Done;
            default: return value is null ? Absent : $"'{value}'";
        }
    }
}
