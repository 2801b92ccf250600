using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator.Scenarios;

/// <summary>Lets one replica fail as its scenario says: waits for the triggers, and does then what they bring.</summary>
internal sealed class ScenarioAgent : IStatementTamper
{
    private readonly ITamperedReplica _replica;
    private readonly IReadOnlyList<FailureState> _failures;
    private readonly Action<ReplicaId, Action> _crash;
    private readonly TriggerWatch _watch;
    private readonly FailureEffects _effects;
    private readonly SortedDictionary<(TriggerKind Kind, ulong Configuration, int Client), int> _counts = [];
    private readonly List<ArmedFailure> _armed = [];
    private readonly List<Volunteered> _volunteered = [];
    private ulong _awakeAt;
    private bool _isDown;
    private volatile bool _hasStopped;
    private bool _omissionsAreOver;

    public ScenarioAgent(ITamperedReplica replica, IReadOnlyList<FailureState> failures, RequestBook requests, Action<ReplicaId, Action> crash)
    {
        (_replica, _failures, _crash) = (replica, failures, crash);
        _watch = new TriggerWatch(replica.Self, replica.Group, replica.Context.Cluster, requests);
        foreach (var script in failures.Select(failure => failure.Script)) _counts[(script.Trigger, (ulong)script.Configuration, script.Client)] = 0;
        // Nothing that a scenario does is left to chance.
        var kit = new LiarKit(replica, new Overheard(), new DeterministicRandom(replica.Self.Index));
        _effects = new FailureEffects(kit, requests, _watch.Batches);
    }

    /// <summary>Failures of omission that have begun end, and those that would last do not begin any more.</summary>
    public void EndOmissions()
    {
        _omissionsAreOver = true;
        _awakeAt = 0;
        _armed.RemoveAll(armed => armed.Word.Omits);
    }

    public PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        if (_isDown || IsOffline()) return null;
        var isTaken = true;
        foreach (var occurrence in _watch.OnHeard(from, message))
        {
            foreach (var failure in TriggeredBy(occurrence))
            {
                if (failure.Script.Kind == FailureKind.Drop) isTaken = !Fire(failure);
                else Arm(failure, occurrence.Matter, null);
            }
        }

        return isTaken && !_isDown && !IsOffline() ? message : null;
    }

    public IEnumerable<Said> Say(ReplicaId to, PeerMessage message)
    {
        // One that speaks after it has stopped was started again.
        if (_hasStopped) _isDown = false;
        if (_isDown || IsOffline()) return [];
        var key = SpokenKey.Of(_replica.Self, message);
        foreach (var occurrence in _watch.OnSaid(message))
        {
            foreach (var failure in TriggeredBy(occurrence)) Arm(failure, occurrence.Matter, key);
        }

        return _isDown || IsOffline() ? [] : Late(Altered(to, message));
    }

    private List<Said> Altered(ReplicaId to, PeerMessage message)
    {
        List<Said> said = [new Said(message)];
        foreach (var armed in _armed) said = [.. said.SelectMany(each => Alter(armed, to, each))];
        foreach (var volunteered in _volunteered.Where(each => each.To.Add(to)))
        {
            said.Add(new Said(volunteered.Message));
            volunteered.State.Fire();
        }

        return said;
    }

    private IEnumerable<Said> Alter(ArmedFailure armed, ReplicaId to, Said said)
    {
        if (!armed.Alters(to, said.Message, SpokenKey.Of(_replica.Self, said.Message), _watch.View, _watch.Batches)) return [said];
        var altered = _effects.Apply(armed.State.Script, armed.Request, to, said.Message);
        if (altered is [{ Delay: 0 } only] && ReferenceEquals(only.Message, said.Message)) return [said];
        armed.State.Fire();
        return altered.Select(each => each with { Delay = each.Delay + said.Delay });
    }

    private List<Said> Late(List<Said> said)
    {
        var now = _replica.Clock.UnixMilliseconds;
        if (now >= _awakeAt) return said;
        var left = (long)(_awakeAt - now);
        return [.. said.Select(each => each with { Delay = Math.Max(each.Delay, left) })];
    }

    private List<FailureState> TriggeredBy(Occurrence occurrence)
    {
        var ofAny = Count(occurrence, ScriptedFailure.AnyClient);
        var ofClient = occurrence.Client == ScriptedFailure.AnyClient ? ofAny : Count(occurrence, occurrence.Client);
        return [.. _failures.Where(failure => !failure.IsTriggered && IsMeant(failure.Script))];

        bool IsMeant(ScriptedFailure script) =>
            script.Trigger == occurrence.Kind && (ulong)script.Configuration == occurrence.Configuration
            && (script.Client == ScriptedFailure.AnyClient ? script.Message == ofAny : script.Client == occurrence.Client && script.Message == ofClient);
    }

    // Only what a failure waits for.
    private int Count(Occurrence occurrence, int client)
    {
        var place = (occurrence.Kind, occurrence.Configuration, client);
        return _counts.TryGetValue(place, out var count) ? _counts[place] = count + 1 : 0;
    }

    private void Arm(FailureState failure, Matter matter, SpokenKey? key)
    {
        failure.IsTriggered = true;
        var word = ScenarioWords.Of(failure.Script.Kind);
        if (word is { Omits: true, Lasts: true } && _omissionsAreOver) return;
        switch (failure.Script.Kind)
        {
            case FailureKind.Crash:
                Fire(failure);
                (_isDown, _hasStopped) = (true, false);
                _crash(_replica.Self, () => _hasStopped = true);
                break;
            case FailureKind.Sleep:
                Fire(failure);
                _awakeAt = Math.Max(_awakeAt, _replica.Clock.UnixMilliseconds + (ulong)FailureEffects.Milliseconds(failure.Script.Argument));
                break;
            case FailureKind.Offline:
                Fire(failure);
                _armed.Add(new ArmedFailure(failure, matter, key));
                break;
            case FailureKind.DropCheckpointStatements when failure.Script.Trigger == TriggerKind.CompletedCheckpoint:
                // The test-bed's replicas pass a completed checkpoint on; here each makes its own, so that this one tells of its own unasked.
                if (matter is CheckpointMatter it && _effects.ShortCertificate(_watch.VotesFor(it.Sequence)) is { } message) _volunteered.Add(new Volunteered(failure, message));
                break;
            default:
                _armed.Add(new ArmedFailure(failure, matter, key));
                break;
        }
    }

    private static bool Fire(FailureState failure)
    {
        failure.IsTriggered = true;
        failure.Fire();
        return true;
    }

    private bool IsOffline() => _armed.Exists(armed => armed.State.Script is { Kind: FailureKind.Offline } script && _watch.View.Number == (ulong)script.Configuration);

    private sealed record Volunteered(FailureState State, StableMessage Message)
    {
        public SortedSet<ReplicaId> To { get; } = [];
    }
}
