namespace KvStore.Simulator;

/// <summary>The promises that were not kept so far. The first one is what matters; what follows is often its consequence.</summary>
internal sealed class Violations
{
    private const int KeptMax = 8;

    private readonly EventQueue _queue;
    private readonly Trace _trace;
    private readonly int _tickMilliseconds;
    private readonly List<Violation> _violations;
    private readonly string _place = "";

    public Violations(EventQueue queue, Trace trace, int tickMilliseconds)
    {
        (_queue, _trace, _tickMilliseconds) = (queue, trace, tickMilliseconds);
        _violations = [];
    }

    private Violations(Violations all, string place)
    {
        (_queue, _trace, _tickMilliseconds) = (all._queue, all._trace, all._tickMilliseconds);
        _violations = all._violations;
        _place = $"{place}: ";
    }

    public IReadOnlyList<Violation> All => _violations;

    public bool Any => _violations.Count > 0;

    /// <summary>The same list, for what happens at a certain place.</summary>
    public Violations At(string place) => new(this, place);

    public void Add(string rule, string detail)
    {
        _trace.Line(() => $"VIOLATION {rule}: {_place}{detail}");
        if (_violations.Count < KeptMax) _violations.Add(new Violation(rule, _queue.Now / _tickMilliseconds, _place + detail));
    }
}
