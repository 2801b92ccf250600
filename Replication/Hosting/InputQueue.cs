using System.Diagnostics;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;

namespace KvStore.Replication.Hosting;

/// <summary>One thing that waits for a replica's thread.</summary>
/// <param name="From">The peer it came from; null for the node itself.</param>
/// <param name="Message">A verified message, or null.</param>
/// <param name="Request">A request of the node's own gateway, or null.</param>
/// <param name="Input">A ready input, or null.</param>
/// <param name="Saved">How the work on a checkpoint ended, or null.</param>
internal readonly record struct QueuedInput(ReplicaId? From, VerifiedMessage? Message, VerifiedRequest? Request, Input? Input, CheckpointSaved? Saved = null)
{
    /// <summary>Whether it may be dropped, as a network may do too: it is not the replica's own.</summary>
    public bool MayBeDropped => Input is null && Saved is null;
}

/// <summary>
/// What waits for a replica's thread, taken all at once. Messages and requests over the bound are dropped, which a network may do too;
/// the replica's own inputs never are. Clients' requests wake the thread only when it said that it has use for them: a backup does nothing with one
/// but keep it until the proposal comes, and a primary whose pipeline is full proposes it when something else wakes it.
/// </summary>
internal sealed class InputQueue(int waitingMax)
{
    private readonly object _gate = new();
    private List<QueuedInput> _waiting = [];
    private List<QueuedInput> _spare = [];
    private int _requests;
    private bool _wakesForRequests = true;
    private bool _closed;

    /// <summary>How many were dropped because too many waited.</summary>
    public long Dropped { get; private set; }

    private bool HasCause => _waiting.Count > (_wakesForRequests ? 0 : _requests);

    public void Add(QueuedInput input)
    {
        lock (_gate)
        {
            if (_closed) return;
            if (input.MayBeDropped && _waiting.Count >= waitingMax)
            {
                Dropped++;
                return;
            }

            var hadCause = HasCause;
            _waiting.Add(input);
            if (input.Request is not null) _requests++;
            if (!hadCause && HasCause) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes everything that waits; waits itself, up to the time given (a <see cref="Stopwatch"/> timestamp), when nothing does. False when closed.</summary>
    /// <param name="until">Until when to wait.</param>
    /// <param name="wakesForRequests">Whether clients' requests are worth waking for until the next call.</param>
    /// <param name="taken">What waited; valid until the next call.</param>
    public bool TryTake(long until, bool wakesForRequests, out List<QueuedInput> taken)
    {
        lock (_gate)
        {
            _spare.Clear();
            _wakesForRequests = wakesForRequests;
            while (!HasCause && !_closed)
            {
                var left = until - Stopwatch.GetTimestamp();
                if (left <= 0 || !Monitor.Wait(_gate, TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) + TimeSpan.FromMilliseconds(1))) break;
            }

            taken = _waiting;
            (_waiting, _spare) = (_spare, _waiting);
            _requests = 0;
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
