using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator.Scenarios;

/// <summary>
/// A scenario's failures, over whatever runs its replicas: the simulator's machines or those of a development cluster. What each replica says and hears passes
/// through a tamper that this makes.
/// </summary>
public sealed class ScenarioEngine
{
    private readonly RequestBook _requests;
    private readonly Action<ReplicaId, Action> _crash;
    private readonly Lock _gate = new();
    private readonly List<ScenarioAgent> _agents = [];

    /// <summary>A scenario's failures.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="crash">Stops a replica as a power cut does, soon and not at once, because it is asked from inside the replica; and calls back when it is down.</param>
    public ScenarioEngine(ScenarioFile scenario, Action<ReplicaId, Action> crash)
    {
        _crash = crash;
        _requests = new RequestBook();
        Failures = [.. scenario.Failures.Select(script => new FailureState(script))];
    }

    /// <summary>How each failure goes, in the order of the lines.</summary>
    public IReadOnlyList<FailureState> Failures { get; }

    /// <summary>The replicas that need a tamper.</summary>
    public IEnumerable<int> Replicas => Failures.Select(failure => failure.Script.Replica).Distinct().Order();

    /// <summary>Whether all failures have happened that are to happen.</summary>
    public bool AllFired => Failures.All(failure => failure.Script.Never || failure.Fired > 0);

    /// <summary>Gives a client's key the client's number. Clients that are not known are numbered as they come.</summary>
    public void Know(PublicKey client, int number) => _requests.Know(client, number);

    /// <summary>What a replica says and hears passes through this.</summary>
    public IStatementTamper TamperOf(ITamperedReplica replica)
    {
        var agent = new ScenarioAgent(replica, [.. Failures.Where(failure => failure.Script.Replica == replica.Self.Index)], _requests, _crash);
        lock (_gate) _agents.Add(agent);
        return agent;
    }

    /// <summary>Failures of omission end. The caller sees to it that no replica says or hears anything meanwhile.</summary>
    public void EndOmissions()
    {
        lock (_gate) _agents.ForEach(agent => agent.EndOmissions());
    }

    /// <summary>Whether a replica has failed in all the ways that it was to, never said anything wrong, and never will: once omissions have ended it is a correct one.</summary>
    public bool IsCorrectAgain(int replica) => Failures.Where(failure => failure.Script.Replica == replica).All(failure => ScenarioWords.Of(failure.Script.Kind).Omits && failure.Fired > 0);

    /// <summary>What is wrong with how the failures went: those that were to happen did, and those that never were did not.</summary>
    public IEnumerable<string> Judge()
    {
        foreach (var failure in Failures)
        {
            if (!failure.Script.Never && failure.Fired == 0) yield return $"line {failure.Script.Line}: {failure.Script} has not happened{(failure.IsTriggered ? " although its trigger has" : "")}. Write 'never' behind it when that is right.";
            else if (failure.Script.Never && failure.Fired > 0) yield return $"line {failure.Script.Line}: {failure.Script} has happened, and was never to.";
        }
    }
}
