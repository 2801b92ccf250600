using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>How a scripted failure goes in a run. Read from any thread.</summary>
public sealed class FailureState
{
    private long _fired;

    internal FailureState(ScriptedFailure script) => Script = script;

    /// <summary>The failure.</summary>
    public ScriptedFailure Script { get; }

    /// <summary>How often it has made the replica do something wrong.</summary>
    public long Fired => Volatile.Read(ref _fired);

    /// <summary>Whether its trigger has occurred. Only its replica asks.</summary>
    internal bool IsTriggered { get; set; }

    internal void Fire() => Interlocked.Increment(ref _fired);
}

/// <summary>A failure whose trigger has occurred: what it alters from here on.</summary>
/// <param name="state">The failure.</param>
/// <param name="matter">What the trigger was about.</param>
/// <param name="key">The message that it is bound to: the one that was the trigger, where it is the replica's own; null for none yet.</param>
internal sealed class ArmedFailure(FailureState state, Matter matter, SpokenKey? key)
{
    private readonly Speech _subjects = FailureEffects.SubjectsOf(state.Script.Kind);
    private SpokenKey? _key = key;

    public FailureState State => state;

    public Matter Matter => matter;

    public FailureWord Word { get; } = ScenarioWords.Of(state.Script.Kind);

    /// <summary>The request that it is about; null when it is about none.</summary>
    public Digest? Request => (matter as RequestMatter)?.Request;

    /// <summary>Whether it alters a message.</summary>
    /// <param name="to">To whom the message goes.</param>
    /// <param name="said">The message.</param>
    /// <param name="view">The view in which the replica is.</param>
    /// <param name="batches">The batches that the replica was shown.</param>
    public bool Alters(ReplicaId to, PeerMessage said, SpokenKey spoken, View view, BatchBook batches)
    {
        if ((_subjects & spoken.Speech) == Speech.None) return false;
        if (Word.Lasts) return view.Number == (ulong)state.Script.Configuration;
        if (state.Script.Kind == FailureKind.Drop) return spoken == _key;
        if ((_subjects & matter.Covers) != Speech.None) return matter.IsSubjectOf(to, said, batches);
        // It can be told of nothing that is about the matter: the next that it can be told of has to do.
        _key ??= spoken;
        return _key == spoken;
    }
}
