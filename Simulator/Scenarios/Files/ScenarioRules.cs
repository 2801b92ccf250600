using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>What holds of a scenario as a whole, whatever its lines say by themselves.</summary>
internal static class ScenarioRules
{
    /// <summary>The highest t.</summary>
    public const int FaultsMax = 5;

    /// <summary>The most clients.</summary>
    public const int ClientsMax = 64;

    /// <summary>The most operations of all clients together.</summary>
    public const int OperationsMax = 5000;

    /// <summary>The most failures.</summary>
    public const int FailuresMax = 1000;

    public static IEnumerable<ScenarioProblem> Judge(ScenarioFile scenario)
    {
        if (scenario.Workloads.IsEmpty && scenario.Failures.IsEmpty) yield return AtTop("nothing happens: write a workload[0], or failures.");
        if (scenario.Failures.Length > FailuresMax) yield return AtTop($"it has {scenario.Failures.Length} failures, and {FailuresMax} are the most.");
        foreach (var client in scenario.Workloads.Keys.Where(client => client >= scenario.Clients)) yield return AtTop($"client {client} has a workload, and there are {scenario.Clients}: raise num_client.");
        if (scenario.StatedReplicas is { } stated && !IsSize(scenario, stated))
            yield return AtTop($"num_replica is {stated}, and to bear t = {scenario.Faults} it takes {scenario.Replicas} replicas: write that, or leave num_replica out.");
        if (scenario.HeadTimeout is { } head && scenario.ReplicaTimeout is { } other && head != other)
            yield return AtTop($"head_timeout is {head} and nonhead_timeout {other}, and here all replicas have one time-out: make them equal.");
        if (scenario.Lying.Count > scenario.Faults)
            yield return AtTop($"replicas {string.Join(", ", scenario.Lying)} lie, and t = {scenario.Faults}: more than t liars can break every promise. Raise t, or let fewer lie.");
        foreach (var problem in scenario.Failures.SelectMany(failure => Judge(scenario, failure))) yield return problem;

        ScenarioProblem AtTop(string text) => new(scenario.File, 1, 1, text);
    }

    private static IEnumerable<ScenarioProblem> Judge(ScenarioFile scenario, ScriptedFailure failure)
    {
        if (failure.Replica >= scenario.Replicas) yield return At($"there is no replica {failure.Replica}: with t = {scenario.Faults} they are 0 to {scenario.Replicas - 1}.");
        if (failure.Client >= scenario.Clients) yield return At($"there is no client {failure.Client}: they are 0 to {scenario.Clients - 1}, or -1 for any.");

        ScenarioProblem At(string text) => new(scenario.File, failure.Line, failure.Column, text);
    }

    // The test-bed's chain bears t faults with as many replicas as one of which they only crash.
    private static bool IsSize(ScenarioFile scenario, int stated) => stated == scenario.Replicas || stated == ScenarioFile.ReplicasFor(scenario.Faults, FaultModel.Crash);
}
