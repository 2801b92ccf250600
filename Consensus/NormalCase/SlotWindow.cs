using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>
/// The slots that are held, by position: those above the stable checkpoint, and executed ones below it that are kept for replicas that lag.
/// Bounded, because a slot is made only inside the watermarks.
/// </summary>
internal sealed class SlotWindow
{
    // A slot is looked up many times for each message, and their order is wanted once in a while.
    private readonly LookupTable<SequenceNumber, Slot> _slots = new();
    private readonly SortedSet<SequenceNumber> _held = [];
    private SequenceNumber _highest;

    // No slot at or below it is without execution, so that it need not be looked for among all that are retained.
    private SequenceNumber _executedTo;

    public int Count => _slots.Count;

    /// <summary>The weight of the executed bodies that are held, in bytes.</summary>
    public long ExecutedBytes { get; private set; }

    /// <summary>All slots, ascending.</summary>
    public IEnumerable<Slot> All => _held.Select(sequence => _slots[sequence]);

    public Slot? Find(SequenceNumber sequence) => _slots.TryGetValue(sequence, out var slot) ? slot : null;

    public Slot FindOrAdd(SequenceNumber sequence, GroupConfig group, ulong tick)
    {
        if (_slots.TryGetValue(sequence, out var slot)) return slot;
        slot = new Slot(sequence, group, tick);
        _highest = SequenceNumber.Max(_highest, sequence);
        _slots[sequence] = slot;
        _held.Add(sequence);
        NotExecuted(sequence);
        return slot;
    }

    /// <summary>The slots at <paramref name="first"/> and above, ascending, without gaps being a problem.</summary>
    public IEnumerable<Slot> From(SequenceNumber first, SequenceNumber last)
    {
        if (last > first && last.Number - first.Number > (ulong)_slots.Count)
        {
            // After a state transfer the positions between may be many more than the slots. A copy: who looks at slots may make some.
            foreach (var slot in All.Where(slot => slot.Sequence >= first && slot.Sequence <= last).ToList()) yield return slot;
            yield break;
        }

        for (var sequence = first; sequence <= last; sequence = sequence.Next)
        {
            if (_slots.TryGetValue(sequence, out var slot)) yield return slot;
        }
    }

    /// <summary>The slots above a position, ascending: what is done at every tick must not look at all that is retained below.</summary>
    public IEnumerable<Slot> Above(SequenceNumber sequence) => From(sequence.Next, _highest);

    /// <summary>The first executed position that is held; the one after <paramref name="executed"/> when none is.</summary>
    public SequenceNumber RetainedFrom(SequenceNumber executed) => _held.Count == 0 ? executed.Next : SequenceNumber.Min(_held.Min, executed.Next);

    public void CountExecuted(Slot slot) => ExecutedBytes += Weight(slot);

    public void UncountExecuted(Slot slot)
    {
        ExecutedBytes -= Weight(slot);
        NotExecuted(slot.Sequence);
    }

    /// <summary>
    /// Drops slots at or below <paramref name="last"/>: those not executed, which a state transfer has jumped over and nobody will execute here any more,
    /// and the oldest while more than the bounds allow are held. Gives those dropped.
    /// </summary>
    public List<Slot> DropOldest(SequenceNumber last, int countMax, long bytesMax)
    {
        var dropped = new List<Slot>();
        foreach (var slot in From(_executedTo.Next, SequenceNumber.Min(last, _highest)))
        {
            if (!slot.IsExecuted) dropped.Add(slot);
        }

        foreach (var slot in dropped) Remove(slot);
        _executedTo = SequenceNumber.Max(_executedTo, last);
        var oldest = new List<Slot>();
        foreach (var slot in All)
        {
            var fits = _slots.Count - oldest.Count <= countMax && ExecutedBytes <= bytesMax;
            if (fits || slot.Sequence > last) break;
            ExecutedBytes -= Weight(slot);
            oldest.Add(slot);
        }

        foreach (var slot in oldest) Remove(slot);
        dropped.AddRange(oldest);
        return dropped;
    }

    private void Remove(Slot slot)
    {
        _slots.Remove(slot.Sequence);
        _held.Remove(slot.Sequence);
    }

    private void NotExecuted(SequenceNumber sequence) => _executedTo = SequenceNumber.Min(_executedTo, new SequenceNumber(sequence.Number - 1));

    private static long Weight(Slot slot)
    {
        var weight = 0L;
        foreach (var body in slot.ExecutedBodies) weight += body.Request.Weight;
        return weight;
    }
}
