namespace KvStore.Simulator;

/// <summary>The promises that were not kept so far. The first one is what matters; what follows is often its consequence.</summary>
internal sealed class Violations(EventQueue queue, Trace trace, int tickMilliseconds)
{
    private const int KeptMax = 8;

    private readonly List<Violation> _violations = [];

    public IReadOnlyList<Violation> All => _violations;

    public bool Any => _violations.Count > 0;

    public void Add(string rule, string detail)
    {
        trace.Line(() => $"VIOLATION {rule}: {detail}");
        if (_violations.Count < KeptMax) _violations.Add(new Violation(rule, queue.Now / tickMilliseconds, detail));
    }
}
