using System.Diagnostics;
using KvStore.Consensus;
using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>One thing that waits for a replica's thread.</summary>
/// <param name="From">The peer it came from; null for the node itself.</param>
/// <param name="Message">A verified message, or null.</param>
/// <param name="Request">A request of the node's own gateway, or null.</param>
/// <param name="Input">A ready input, or null.</param>
internal readonly record struct QueuedInput(ReplicaId? From, VerifiedMessage? Message, VerifiedRequest? Request, Input? Input);

/// <summary>
/// What waits for a replica's thread, taken all at once. Messages and requests over the bound are dropped, which a network may do too;
/// the replica's own inputs never are.
/// </summary>
internal sealed class InputQueue(int waitingMax)
{
    private readonly object _gate = new();
    private List<QueuedInput> _waiting = [];
    private List<QueuedInput> _spare = [];
    private bool _closed;

    /// <summary>How many were dropped because too many waited.</summary>
    public long Dropped { get; private set; }

    public void Add(QueuedInput input)
    {
        lock (_gate)
        {
            if (_closed) return;
            if (input.Input is null && _waiting.Count >= waitingMax)
            {
                Dropped++;
                return;
            }

            _waiting.Add(input);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes everything that waits; waits itself, up to the time given (a <see cref="Stopwatch"/> timestamp), when nothing does. False when closed.</summary>
    public bool TryTake(long until, out List<QueuedInput> taken)
    {
        lock (_gate)
        {
            _spare.Clear();
            while (_waiting.Count == 0 && !_closed)
            {
                var left = until - Stopwatch.GetTimestamp();
                if (left <= 0 || !Monitor.Wait(_gate, TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) + TimeSpan.FromMilliseconds(1))) break;
            }

            taken = _waiting;
            (_waiting, _spare) = (_spare, _waiting);
            return !_closed;
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
