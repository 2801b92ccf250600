using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Driving;

namespace KvStore.Replication.Hosting;

/// <summary>One thing that waits for a replica.</summary>
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
/// What waits for a replica, taken all at once. Messages and requests over the bound are dropped, which a network may do too;
/// the replica's own inputs never are. Clients' requests are a cause for a round only when the replica said that it has use for them: a backup does nothing
/// with one but keep it until the proposal comes, and a primary whose pipeline is full proposes it when something else gives cause.
/// </summary>
internal sealed class InputQueue(int waitingMax)
{
    private readonly Lock _gate = new();
    private List<QueuedInput> _waiting = [];
    private List<QueuedInput> _spare = [];
    private int _requests;
    private bool _wakesForRequests = true;
    private bool _closed;

    /// <summary>How many were dropped because too many waited.</summary>
    public long Dropped { get; private set; }

    private bool HasCauseInside => _waiting.Count > (_wakesForRequests ? 0 : _requests);

    /// <summary>Adds what is to wait; true when there was no cause for a round before, and now there is.</summary>
    public bool Add(QueuedInput input)
    {
        lock (_gate)
        {
            if (_closed) return false;
            if (input.MayBeDropped && _waiting.Count >= waitingMax)
            {
                Dropped++;
                return false;
            }

            var hadCause = HasCauseInside;
            _waiting.Add(input);
            if (input.Request is not null) _requests++;
            return !hadCause && HasCauseInside;
        }
    }

    /// <summary>Takes everything that waits, which is valid until the next call.</summary>
    public List<QueuedInput> Take()
    {
        lock (_gate)
        {
            _spare.Clear();
            var taken = _waiting;
            (_waiting, _spare) = (_spare, _waiting);
            _requests = 0;
            return taken;
        }
    }

    /// <summary>Whether what waits is cause for a round.</summary>
    /// <param name="wakesForRequests">Whether clients' requests are, until the next call.</param>
    public bool HasCause(bool wakesForRequests)
    {
        lock (_gate)
        {
            _wakesForRequests = wakesForRequests;
            return HasCauseInside;
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
    }
}
