using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>
/// The bodies of requests that a replica holds: those that wait for execution, oldest first, and those that a slot still needs.
/// Waiting ones are bounded in number and bytes; those that slots need are bounded by the window.
/// </summary>
internal sealed class RequestPool(ConsensusConfig config)
{
    private readonly LookupTable<Digest, Entry> _entries = new();
    private readonly LinkedList<Entry> _pending = [];
    private readonly List<Digest> _spare = [];
    private long _pendingBytes;

    /// <summary>How many wait for execution.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>How many of those are in proposals of the open view.</summary>
    public int InFlightCount { get; private set; }

    /// <summary>The weight of those that wait for execution, in bytes.</summary>
    public long PendingBytes => _pendingBytes;

    /// <summary>How many bodies are held in all.</summary>
    public int Count => _entries.Count;

    /// <summary>When the oldest waiting request came, in ticks; null when none waits.</summary>
    public ulong? OldestTick => _pending.First?.Value.ArrivalTick;

    /// <summary>The waiting requests, oldest first.</summary>
    public IEnumerable<Entry> Pending => _pending;

    public bool Contains(Digest digest) => _entries.ContainsKey(digest);

    public VerifiedRequest? Find(Digest digest) => _entries.TryGetValue(digest, out var entry) ? entry.Request : null;

    /// <summary>Takes a request that waits for execution. False when there is no room; true also when it waits already.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tick">The present tick.</param>
    /// <param name="wanted">Whether a slot lacks it: there is some room more for what a correct primary may have proposed.</param>
    /// <param name="needed">Whether a committed batch lacks it: taken always, because correct replicas weighed that batch.</param>
    /// <param name="origins">Whose gateways may wait for it.</param>
    public bool TryAdd(VerifiedRequest request, ulong tick, bool wanted, bool needed, ReplicaSet origins)
    {
        if (_entries.TryGetValue(request.Digest, out var entry) && entry.Node is not null)
        {
            entry.Origins = entry.Origins.Union(origins);
            return true;
        }

        var weight = request.Request.Weight;
        var full = _pending.Count >= config.PendingRequestsMax || _pendingBytes + weight > config.PendingBytesMax;
        var room = config.PendingBytesMax + 2L * config.PipelineDepth * config.BatchBytesMax;
        if (full && !needed && (!wanted || _pendingBytes + weight > room)) return false;
        // A body that only a slot holds does not wait: it was executed, and its result was not kept (it was refused, or has expired). It is ordered again.
        var pins = entry?.Pins ?? 0;
        entry = new Entry(request, tick) { Pins = pins, Origins = origins };
        entry.Node = _pending.AddLast(entry);
        _pendingBytes += weight;
        _entries[request.Digest] = entry;
        return true;
    }

    /// <summary>The entry of a request that waits for execution; null when it does not.</summary>
    public Entry? FindWaiting(Digest digest) => _entries.TryGetValue(digest, out var entry) && entry.Node is not null ? entry : null;

    /// <summary>
    /// Takes a body that the state shows executed, because a slot lacks it. It does not wait for execution, or a slot that comes to nothing would leave
    /// behind a request that nobody executes again.
    /// </summary>
    public void AddSpare(VerifiedRequest request, ulong tick)
    {
        if (_entries.TryAdd(request.Digest, new Entry(request, tick))) _spare.Add(request.Digest);
    }

    /// <summary>Drops the bodies that were taken for slots which do not need them; what still is needed is asked for again.</summary>
    public void DropSpare()
    {
        foreach (var digest in _spare)
        {
            if (_entries.TryGetValue(digest, out var entry)) DropIfUnused(digest, entry);
        }

        _spare.Clear();
    }

    /// <summary>Keeps the bodies of a batch until it is unpinned; all of them must be held.</summary>
    public void Pin(Batch batch)
    {
        foreach (var digest in batch.Requests) _entries[digest].Pins++;
    }

    /// <summary>Ends a pin; bodies that nobody needs any more go.</summary>
    public void Unpin(Batch batch)
    {
        foreach (var digest in batch.Requests)
        {
            if (!_entries.TryGetValue(digest, out var entry)) continue;
            entry.Pins--;
            Invariant.Holds(entry.Pins >= 0);
            DropIfUnused(digest, entry);
        }
    }

    /// <summary>The request has been executed: it waits no more. Gives the tick at which it came; null when it did not wait.</summary>
    public ulong? MarkExecuted(Digest digest)
    {
        if (!_entries.TryGetValue(digest, out var entry) || entry.Node is null) return null;
        Unlink(entry);
        DropIfUnused(digest, entry);
        return entry.ArrivalTick;
    }

    /// <summary>Forgets which requests are in proposals: a new view begins.</summary>
    public void ClearInFlight()
    {
        foreach (var entry in _pending) entry.InFlight = false;
        InFlightCount = 0;
    }

    public void MarkInFlight(Batch batch)
    {
        foreach (var digest in batch.Requests)
        {
            if (!_entries.TryGetValue(digest, out var entry) || entry.InFlight) continue;
            entry.InFlight = true;
            if (entry.Node is not null) InFlightCount++;
        }
    }

    /// <summary>Drops waiting requests that no correct replica will execute any more, so that they do not count as being starved.</summary>
    public void DropExpired(Timestamp before)
    {
        for (var node = _pending.First; node is not null;)
        {
            var entry = node.Value;
            node = node.Next;
            if (entry.Pins > 0 || entry.Request.Request.Expires >= before) continue;
            Unlink(entry);
            DropIfUnused(entry.Request.Digest, entry);
        }
    }

    private void Unlink(Entry entry)
    {
        _pending.Remove(entry.Node!);
        entry.Node = null;
        if (entry.InFlight) InFlightCount--;
        _pendingBytes -= entry.Request.Request.Weight;
    }

    private void DropIfUnused(Digest digest, Entry entry)
    {
        if (entry.Pins == 0 && entry.Node is null) _entries.Remove(digest);
    }

    /// <summary>One body.</summary>
    internal sealed class Entry(VerifiedRequest request, ulong arrivalTick)
    {
        public VerifiedRequest Request { get; } = request;

        public ulong ArrivalTick { get; } = arrivalTick;

        /// <summary>The peers that passed it on.</summary>
        public ReplicaSet Origins { get; set; }

        /// <summary>Slots that need the body.</summary>
        public int Pins { get; set; }

        /// <summary>Whether a proposal of the open view holds it.</summary>
        public bool InFlight { get; set; }

        /// <summary>Whether it was passed on to the others because it waited long.</summary>
        public bool Forwarded { get; set; }

        public LinkedListNode<Entry>? Node { get; set; }
    }
}
