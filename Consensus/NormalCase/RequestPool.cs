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
    private readonly LinkedList<Entry> _ready = [];
    private readonly FairTurns _turns = new(config);
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
    public ulong? OldestTick => _pending.First?.Value.Arrived.Tick;

    /// <summary>The waiting requests, oldest first.</summary>
    public IEnumerable<Entry> Pending => _pending;

    /// <summary>
    /// Those whose turn has come (<see cref="FairTurns"/>) and that are in no proposal of the open view, in the order in which it came.
    /// </summary>
    public IReadOnlyCollection<Entry> Ready => _ready;

    /// <summary>The weight of what waits and has its turn, in proposals or not, in bytes.</summary>
    public long DueBytes { get; private set; }

    public bool Contains(Digest digest) => _entries.ContainsKey(digest);

    public VerifiedRequest? Find(Digest digest) => _entries.TryGetValue(digest, out var entry) ? entry.Request : null;

    /// <summary>Takes a request that waits for execution. False when there is no room; true also when it waits already.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">When it came.</param>
    /// <param name="wanted">Whether a slot lacks it: there is some room more for what a correct primary may have proposed.</param>
    /// <param name="needed">Whether a committed batch lacks it: taken always, because correct replicas weighed that batch.</param>
    /// <param name="origins">Whose gateways may wait for it.</param>
    public bool TryAdd(VerifiedRequest request, Moment now, bool wanted, bool needed, ReplicaSet origins)
    {
        if (_entries.TryGetValue(request.Digest, out var entry) && entry.Node is not null)
        {
            entry.Origins = entry.Origins.Union(origins);
            return true;
        }

        var weight = request.Request.Weight;
        var client = _turns.Of(request.Request.Client);
        var full = !FairShare.Allows(client.Waiting.Count, 1, _pending.Count, config.PendingRequestsMax) || !FairShare.Allows(client.Bytes, weight, _pendingBytes, config.PendingBytesMax);
        var room = config.PendingBytesMax + 2L * config.PipelineDepth * config.BatchBytesMax;
        if (full && !needed && (!wanted || _pendingBytes + weight > room)) return false;
        // A body that only a slot holds does not wait: it was executed, and its result was not kept (it was refused, or has expired). It is ordered again.
        var pins = entry?.Pins ?? 0;
        entry = new Entry(request, client, now) { CameLate = wanted, Pins = pins, Origins = origins };
        entry.Node = _pending.AddLast(entry);
        _pendingBytes += weight;
        _entries[request.Digest] = entry;
        _turns.Add(entry, now);
        GiveTurns(client, now);
        return true;
    }

    /// <summary>The entry of a request that waits for execution; null when it does not.</summary>
    public Entry? FindWaiting(Digest digest) => _entries.TryGetValue(digest, out var entry) && entry.Node is not null ? entry : null;

    /// <summary>
    /// Takes a body that the state shows executed, because a slot lacks it. It does not wait for execution, or a slot that comes to nothing would leave
    /// behind a request that nobody executes again.
    /// </summary>
    public void AddSpare(VerifiedRequest request)
    {
        if (_entries.TryAdd(request.Digest, new Entry(request, new ClientLoad(request.Request.Client), default))) _spare.Add(request.Digest);
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

    /// <summary>The request has been executed: it waits no more.</summary>
    public void MarkExecuted(Digest digest, Moment now)
    {
        if (!_entries.TryGetValue(digest, out var entry) || entry.Node is null) return;
        // Its client was not served in the order in which its requests came here, or has shown others more of them; so those that wait here may wait for others of their own.
        if (entry.Due is null || entry.CameLate) entry.Client.OvertookItself = now;
        Unlink(entry, now);
        DropIfUnused(digest, entry);
    }

    /// <summary>Forgets which requests are in proposals: a new view begins.</summary>
    public void ClearInFlight()
    {
        _ready.Clear();
        foreach (var entry in _pending)
        {
            entry.InFlight = false;
            entry.ReadyNode = entry.Due is null ? null : _ready.AddLast(entry);
        }

        InFlightCount = 0;
    }

    public void MarkInFlight(Batch batch)
    {
        foreach (var digest in batch.Requests)
        {
            if (!_entries.TryGetValue(digest, out var entry) || entry.InFlight) continue;
            entry.InFlight = true;
            if (entry.Node is not null) InFlightCount++;
            LeaveReady(entry);
        }
    }

    /// <summary>Drops waiting requests that no correct replica will execute any more, so that they do not count as being starved.</summary>
    public void DropExpired(Timestamp before, Moment now)
    {
        for (var node = _pending.First; node is not null;)
        {
            var entry = node.Value;
            node = node.Next;
            if (entry.Pins > 0 || entry.Request.Request.Expires >= before) continue;
            Unlink(entry, now);
            DropIfUnused(entry.Request.Digest, entry);
        }
    }

    private void Unlink(Entry entry, Moment now)
    {
        _pending.Remove(entry.Node!);
        entry.Node = null;
        if (entry.InFlight) InFlightCount--;
        _pendingBytes -= entry.Weight;
        if (entry.Due is not null) DueBytes -= entry.Weight;
        LeaveReady(entry);
        _turns.Remove(entry, now);
        GiveTurns(entry.Client, now);
    }

    private void GiveTurns(ClientLoad client, Moment now)
    {
        while (_turns.Next(client) is { } entry)
        {
            FairTurns.Give(entry, now);
            DueBytes += entry.Weight;
            if (!entry.InFlight) entry.ReadyNode = _ready.AddLast(entry);
        }
    }

    private void LeaveReady(Entry entry)
    {
        if (entry.ReadyNode is not { } node) return;
        _ready.Remove(node);
        entry.ReadyNode = null;
    }

    private void DropIfUnused(Digest digest, Entry entry)
    {
        if (entry.Pins == 0 && entry.Node is null) _entries.Remove(digest);
    }

    /// <summary>One body.</summary>
    internal sealed class Entry(VerifiedRequest request, ClientLoad client, Moment arrived)
    {
        public VerifiedRequest Request { get; } = request;

        /// <summary>In bytes.</summary>
        public int Weight { get; } = request.Request.Weight;

        /// <summary>What else of its client waits, while it waits itself.</summary>
        public ClientLoad Client { get; } = client;

        public Moment Arrived { get; } = arrived;

        /// <summary>When its turn came, from which on a primary owes it; null while it waits behind others of its client.</summary>
        public Moment? Due { get; set; }

        /// <summary>Whether it came only when a proposal had named it.</summary>
        public bool CameLate { get; init; }

        /// <summary>How many of its client's requests had their turn when it got its own.</summary>
        public int Turn { get; set; }

        /// <summary>The peers that passed it on.</summary>
        public ReplicaSet Origins { get; set; }

        /// <summary>Slots that need the body.</summary>
        public int Pins { get; set; }

        /// <summary>Whether a proposal of the open view holds it.</summary>
        public bool InFlight { get; set; }

        /// <summary>The primary's owed ticks (<see cref="Leadership.PrimaryMonitor.Owed"/>) when it was passed on to the others because it waited long; null when it was not.</summary>
        public ulong? ForwardedOwed { get; set; }

        public LinkedListNode<Entry>? Node { get; set; }

        public LinkedListNode<Entry>? ClientNode { get; set; }

        public LinkedListNode<Entry>? ReadyNode { get; set; }

        /// <summary>Since when this replica can blame the primary for its waiting; null while it waits behind others of its client.</summary>
        public Moment? OwedSince => Due is not { } due ? null : Client.OvertookItself is { } later && later.Tick > due.Tick ? later : due;
    }
}
