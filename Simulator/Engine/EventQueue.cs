namespace KvStore.Simulator;

/// <summary>What will happen, by time; what happens at the same time happens in the order in which it was scheduled.</summary>
public sealed class EventQueue
{
    private const int SequenceBits = 32;

    private readonly PriorityQueue<Action, ulong> _events = new();
    private ulong _scheduled;

    /// <summary>Simulated milliseconds since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Steps { get; private set; }

    /// <summary>Schedules an event, now or later.</summary>
    public void After(long milliseconds, Action happen)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        _events.Enqueue(happen, ((ulong)(Now + milliseconds) << SequenceBits) | _scheduled++);
    }

    /// <summary>Lets the next event happen; false when there is none.</summary>
    public bool Step()
    {
        if (!_events.TryDequeue(out var happen, out var priority)) return false;
        Now = (long)(priority >> SequenceBits);
        Steps++;
        happen();
        return true;
    }
}
