using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>A table of what was added last: it forgets the oldest, so that a scenario may run for days.</summary>
/// <param name="keptMax">How much it remembers.</param>
internal sealed class Recent<TKey, TValue>(int keptMax)
    where TKey : notnull
{
    private readonly LookupTable<TKey, TValue> _table = new();
    private readonly Queue<TKey> _order = new();

    /// <summary>Adds what is not there yet; false when it is.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        if (!_table.TryAdd(key, value)) return false;
        _order.Enqueue(key);
        if (_order.Count > keptMax) _table.Remove(_order.Dequeue());
        return true;
    }

    public bool Contains(TKey key) => _table.ContainsKey(key);

    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value) => _table.TryGetValue(key, out value);
}

/// <summary>Which client is which, and what each has asked for, as all replicas of a scenario learn of it. Thread-safe.</summary>
internal sealed class RequestBook
{
    private const int ClientsMax = 4096;
    private const int RequestsMax = 1024;

    private readonly Lock _gate = new();
    private readonly LookupTable<PublicKey, int> _known = new();
    private readonly Recent<PublicKey, int> _others = new(ClientsMax);
    private readonly Recent<Digest, (Request Request, int Client)> _requests = new(RequestsMax);
    private int _next;

    /// <summary>Gives a client its number; any other gets the next one when it is first heard of.</summary>
    public void Know(PublicKey client, int number)
    {
        lock (_gate)
        {
            _known[client] = number;
            _next = Math.Max(_next, number + 1);
        }
    }

    /// <summary>Writes a request down; its digest, and its client's number.</summary>
    public (Digest Digest, int Client) Add(Request request, ClusterId cluster)
    {
        var digest = request.DigestFor(cluster);
        lock (_gate)
        {
            var client = NumberOf(request.Client);
            _requests.TryAdd(digest, (request, client));
            return (digest, client);
        }
    }

    /// <summary>The client of a request; <see cref="ScriptedFailure.AnyClient"/> when nobody has heard of it.</summary>
    public int ClientOf(Digest request)
    {
        lock (_gate) return _requests.TryFind(request, out var found) ? found.Client : ScriptedFailure.AnyClient;
    }

    /// <summary>A request's body; null when nobody has heard of it.</summary>
    public Request? Find(Digest request)
    {
        lock (_gate) return _requests.TryFind(request, out var found) ? found.Request : null;
    }

    private int NumberOf(PublicKey client)
    {
        if (_known.TryGetValue(client, out var number) || _others.TryFind(client, out number)) return number;
        _others.TryAdd(client, _next);
        return _next++;
    }
}

/// <summary>The batches that one replica was shown, by their digests.</summary>
internal sealed class BatchBook
{
    private const int BatchesMax = 1024;

    private readonly Recent<Digest, Batch> _batches = new(BatchesMax);

    public void Add(Batch batch) => _batches.TryAdd(batch.Digest, batch);

    /// <summary>A batch's content; null when the replica was not shown it.</summary>
    public Batch? Find(Digest batch) => _batches.TryFind(batch, out var found) ? found : null;

    /// <summary>Whether a batch names a request.</summary>
    public bool Names(Digest batch, Digest request) => Find(batch) is { } found && found.Requests.Contains(request);
}
