using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>
/// The bodies of requests that a replica holds: those that wait for execution, oldest first, and those that a slot still needs.
/// Waiting ones are bounded in number and bytes, also for each client; those that slots need are bounded by the window.
/// </summary>
internal sealed class RequestPool(ConsensusConfig config)
{
    private readonly LookupTable<Digest, Entry> _entries = new();
    private readonly LinkedList<Entry> _pending = [];
    private readonly LookupTable<PublicKey, ClientLoad> _clients = new();
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

    /// <summary>
    /// What waits for a proposal, clients in turn: the oldest request of each, the second one of each, and so on, so that who asks for much waits behind itself.
    /// Where all of it fits a batch the order does not matter.
    /// </summary>
    public IEnumerable<Entry> InTurn()
    {
        var waiting = _pending.Where(entry => !entry.InFlight);
        if (_pending.Count - InFlightCount <= config.BatchRequestsMax && _pendingBytes <= config.BatchBytesMax) return waiting;
        foreach (var entry in _pending) entry.Client.Turns = 0;
        return waiting.Select(entry => (Turn: entry.Client.Turns++, Entry: entry)).ToList().OrderBy(each => each.Turn).Take(config.BatchRequestsMax).Select(each => each.Entry);
    }

    /// <summary>
    /// Whether a client has so much waiting that it waits for itself: that others, who ask for less, are served before it is then fair. The bound is a fourth of a batch.
    /// </summary>
    public bool IsGreedy(Entry entry) => entry.Client.Waiting > Math.Max(1, config.BatchRequestsMax / 4);

    public bool Contains(Digest digest) => _entries.ContainsKey(digest);

    public VerifiedRequest? Find(Digest digest) => _entries.TryGetValue(digest, out var entry) ? entry.Request : null;

    /// <summary>Takes a request that waits for execution. False when there is no room; true also when it waits already.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tick">The present tick.</param>
    /// <param name="owed">The ticks that the primary has owed so far.</param>
    /// <param name="wanted">Whether a slot lacks it: there is some room more for what a correct primary may have proposed.</param>
    /// <param name="needed">Whether a committed batch lacks it: taken always, because correct replicas weighed that batch.</param>
    /// <param name="origins">Whose gateways may wait for it.</param>
    public bool TryAdd(VerifiedRequest request, ulong tick, ulong owed, bool wanted, bool needed, ReplicaSet origins)
    {
        if (_entries.TryGetValue(request.Digest, out var entry) && entry.Node is not null)
        {
            entry.Origins = entry.Origins.Union(origins);
            return true;
        }

        var weight = request.Request.Weight;
        var client = _clients.TryGetValue(request.Request.Client, out var known) ? known : new ClientLoad();
        var full = !FairShare.Allows(client.Waiting, 1, _pending.Count, config.PendingRequestsMax) || !FairShare.Allows(client.Bytes, weight, _pendingBytes, config.PendingBytesMax);
        var room = config.PendingBytesMax + 2L * config.PipelineDepth * config.BatchBytesMax;
        if (full && !needed && (!wanted || _pendingBytes + weight > room)) return false;
        // A body that only a slot holds does not wait: it was executed, and its result was not kept (it was refused, or has expired). It is ordered again.
        var pins = entry?.Pins ?? 0;
        entry = new Entry(request, tick) { Client = client, ArrivalOwed = owed, Pins = pins, Origins = origins };
        entry.Node = _pending.AddLast(entry);
        _pendingBytes += weight;
        client.Waiting++;
        client.Bytes += weight;
        _clients[request.Request.Client] = client;
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

    /// <summary>The request has been executed: it waits no more. Gives what was held of it; null when it did not wait.</summary>
    public Entry? MarkExecuted(Digest digest, ulong tick)
    {
        if (!_entries.TryGetValue(digest, out var entry) || entry.Node is null) return null;
        entry.Client.ServedTick = tick;
        Unlink(entry);
        DropIfUnused(digest, entry);
        return entry;
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
        var (client, weight) = (entry.Request.Request.Client, entry.Request.Request.Weight);
        _pendingBytes -= weight;
        entry.Client.Waiting--;
        entry.Client.Bytes -= weight;
        if (entry.Client.Waiting == 0) _clients.Remove(client);
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

        /// <summary>What else of its client waits, while it waits itself.</summary>
        public ClientLoad Client { get; init; } = new();

        /// <summary>The peers that passed it on.</summary>
        public ReplicaSet Origins { get; set; }

        /// <summary>Slots that need the body.</summary>
        public int Pins { get; set; }

        /// <summary>Whether a proposal of the open view holds it.</summary>
        public bool InFlight { get; set; }

        /// <summary>The primary's owed ticks (<see cref="Leadership.PrimaryMonitor.Owed"/>) when it came.</summary>
        public ulong ArrivalOwed { get; init; }

        /// <summary>The same when it was passed on to the others because it waited long; null when it was not.</summary>
        public ulong? ForwardedOwed { get; set; }

        public LinkedListNode<Entry>? Node { get; set; }
    }
}
