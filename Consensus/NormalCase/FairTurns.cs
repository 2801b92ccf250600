// Demers, Keshav and Shenker, "Analysis and Simulation of a Fair Queueing Algorithm", SIGCOMM '89: whoever asks for more than its share waits behind itself. Here the shares are of
// what is under way at a time, because what a batch costs grows with it. docs/divergence.md, "Clients take turns".
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>
/// How much of each client may be on its way at a time. Up to its share a client's requests have their turn at once; the others wait behind those, and get it in the order in which they
/// came. The share is what others ask for on average, or what they leave of a 64th of the largest batch, whichever is more, so that nobody waits for want of company.
/// </summary>
internal sealed class FairTurns(ConsensusConfig config)
{
    /// <summary>Every client has room for so much, however many others ask for little.</summary>
    public const int ShareMin = 4;

    // A request costs at least a check of its signature, and its bytes are hashed, sent and logged besides: about as much for so many.
    private const int BytesPerCost = 4096;

    private const int RememberedMax = 4096;

    // No client's demand counts for more than a part of a batch when others' shares are reckoned, or two that flood would make room for each other.
    private const int CountedPart = 8;
    private const int UnfilledPart = 64;

    // Whoever is served in one batch asks again a moment later; in between it must not look as if nobody was there.
    private readonly ulong _rememberedTicks = config.RequestTimeoutTicks / 2;
    private readonly LookupTable<PublicKey, ClientLoad> _clients = new();
    private readonly LinkedList<ClientLoad> _idle = [];
    private readonly long _countedMax = Math.Max(1, config.BatchRequestsMax / CountedPart);
    private long _counted;

    /// <summary>What waits of the client.</summary>
    public ClientLoad Of(PublicKey client) => _clients.TryGetValue(client, out var known) ? known : new ClientLoad(client);

    /// <summary>A request waits, behind those of its client.</summary>
    public void Add(RequestPool.Entry entry, Moment now)
    {
        var client = entry.Client;
        Forget(now);
        if (_clients.TryAdd(client.Key, client)) _counted += CountedOf(client);
        if (client.IdleNode is { } idle)
        {
            _idle.Remove(idle);
            client.IdleNode = null;
        }

        entry.ClientNode = client.Waiting.AddLast(entry);
        client.Behind ??= entry.ClientNode;
        client.Bytes += entry.Weight;
        AddCost(client, CostOf(entry));
    }

    /// <summary>A request waits no more.</summary>
    public void Remove(RequestPool.Entry entry, Moment now)
    {
        var client = entry.Client;
        if (client.Behind == entry.ClientNode) client.Behind = client.Behind!.Next;
        client.Waiting.Remove(entry.ClientNode!);
        client.Bytes -= entry.Weight;
        AddCost(client, -CostOf(entry));
        if (entry.Due is not null)
        {
            client.DueCount--;
            client.DueCost -= CostOf(entry);
        }

        if (client.Waiting.Count > 0) return;
        client.IdleSinceTick = now.Tick;
        client.IdleNode = _idle.AddLast(client);
        Forget(now);
    }

    /// <summary>The client's next request if it may have its turn now, or null. One it may always have.</summary>
    public RequestPool.Entry? Next(ClientLoad client)
    {
        if (client.Behind is not { Value: var entry }) return null;
        return client.DueCount == 0 || client.DueCost + CostOf(entry) <= ShareOf(client) ? entry : null;
    }

    /// <summary>The request, which was the client's next, has its turn.</summary>
    public static void Give(RequestPool.Entry entry, Moment now)
    {
        var client = entry.Client;
        entry.Due = now;
        entry.Turn = client.DueCount++;
        client.DueCost += CostOf(entry);
        client.Behind = client.Behind!.Next;
    }

    private static long CostOf(RequestPool.Entry entry) => 1 + entry.Weight / BytesPerCost;

    private long ShareOf(ClientLoad client)
    {
        // Who is alone fills two batches, so that one can be put together while the other is under way.
        if (_clients.Count == 1) return 2L * config.BatchRequestsMax;
        var others = _counted - CountedOf(client);
        return Math.Max(ShareMin, Math.Max(others / (_clients.Count - 1), (config.BatchRequestsMax / UnfilledPart) - others));
    }

    private void AddCost(ClientLoad client, long cost)
    {
        _counted -= CountedOf(client);
        client.Cost += cost;
        _counted += CountedOf(client);
    }

    // Who was served a moment ago counts for one request.
    private long CountedOf(ClientLoad client) => Math.Clamp(client.Cost, 1, _countedMax);

    private void Forget(Moment now)
    {
        while (_idle.First is { Value: var client } && (_idle.Count > RememberedMax || client.IdleSinceTick + _rememberedTicks < now.Tick))
        {
            _idle.RemoveFirst();
            client.IdleNode = null;
            _clients.Remove(client.Key);
            _counted -= CountedOf(client);
        }
    }
}
