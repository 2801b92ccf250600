using KvStore.Protocol;

namespace KvStore.Consensus.Leadership;

/// <summary>
/// What a replica has seen of its primary since some tick: how long the requests of each client took, and how long an exchange of votes among the backups did.
/// All numbers are whole ticks; ratios are in percent, and averages in hundredths.
/// </summary>
internal sealed class MonitorWindow(MonitorConfig config)
{
    // Clients beyond these are not judged in this window: the table must not grow with those who ask.
    private const int ClientsMax = 256;

    // Omega judges one client by itself, and one request of it may have had bad luck.
    private const ulong OmegaSamplesMin = 2;

    // A window that does not fill up in so many times its length says nothing.
    private const ulong LengthsMax = 10;

    // What a slow group needs must fit in, or a good primary of it is voted out.
    private const ulong ExchangeSlacksMax = 2;

    private const ulong Hundred = 100;

    private readonly LookupTable<PublicKey, ClientShare> _byKey = new();
    private readonly List<ClientShare> _clients = [];
    private ulong _begun;
    private ulong _served;
    private ulong _exchanges;
    private ulong _exchangeTicks;

    public void Begin(ulong tick)
    {
        _byKey.Clear();
        _clients.Clear();
        _begun = tick;
        (_served, _exchanges, _exchangeTicks) = (0, 0, 0);
    }

    /// <summary>
    /// The backups exchanged votes once. What took longer than two slacks counts no more than that: a primary that shows its proposals and votes to some early and
    /// to others late could make an exchange long for whoever sees the wrong part of it, and would be excused by its own doing.
    /// </summary>
    public void OnExchange(ulong ticks)
    {
        _exchanges++;
        _exchangeTicks += Math.Min(ticks, ExchangeSlacksMax * config.SlackTicks);
    }

    /// <summary>A request of the client was executed.</summary>
    public void OnServed(PublicKey client, Wait wait)
    {
        _served++;
        Add(client, wait);
    }

    /// <summary>A request of the client waits still, longer than it should.</summary>
    public void OnOverdue(PublicKey client, Wait wait) => Add(client, wait);

    /// <summary>Whether it has lasted long enough, with enough in it.</summary>
    public bool IsComplete(ulong tick) => tick >= _begun + config.WindowTicks && (_served >= (ulong)config.SamplesMin || PlantedBugs.Has(PlantedBug.MonitorHasty));

    /// <summary>Whether it has lasted so long that what is in it says nothing any more.</summary>
    public bool IsStale(ulong tick) => tick >= _begun + LengthsMax * config.WindowTicks;

    /// <summary>Lambda: how long a client's requests may take on average, in hundredths of a tick.</summary>
    public ulong LambdaBound()
    {
        if (PlantedBugs.Has(PlantedBug.MonitorHasty)) return 0;
        var exchange = _exchanges == 0 ? 0 : _exchangeTicks * (ulong)config.LambdaPercent / _exchanges;
        return Hundred * config.SlackTicks + exchange;
    }

    /// <summary>Whether the primary delivers less than it must: to too many clients (Delta), or to one of them (Omega).</summary>
    public bool IsDegraded() => TooFewInTime() || _clients.Exists(IsWrongedAlone);

    private void Add(PublicKey client, Wait wait)
    {
        if (!_byKey.TryGetValue(client, out var share))
        {
            if (_clients.Count == ClientsMax) return;
            share = new ClientShare();
            _byKey[client] = share;
            _clients.Add(share);
        }

        share.Requests++;
        share.Ticks += wait.Ticks;
        share.TicksPassedOn += wait.TicksPassedOn;
    }

    // Each client counts once, however much it sends: whoever floods, or hides its requests from the primary, must not speak for all.
    private bool TooFewInTime()
    {
        var bound = LambdaBound();
        var inTime = _clients.Count(share => share.Average <= bound);
        return inTime * (int)Hundred < config.DeltaPercent * _clients.Count;
    }

    // Counted from when the request was passed on, so that the primary has it for certain: a client that shows its requests to the backups alone wrongs itself.
    private bool IsWrongedAlone(ClientShare client)
    {
        if (client.Requests < OmegaSamplesMin || _clients.Count < 2) return false;
        var others = 0UL;
        foreach (var each in _clients) others += each.Average;
        others = (others - client.Average) / (ulong)(_clients.Count - 1);
        return client.AveragePassedOn > Math.Max(LambdaBound(), Hundred * config.SlackTicks + others * (ulong)config.OmegaPercent / Hundred);
    }

    /// <summary>How long a request took, or has waited.</summary>
    /// <param name="Ticks">Since it came here.</param>
    /// <param name="TicksPassedOn">Since it was passed on to the others because it waited; 0 when it was not.</param>
    internal readonly record struct Wait(ulong Ticks, ulong TicksPassedOn);

    private sealed class ClientShare
    {
        public ulong Requests { get; set; }

        public ulong Ticks { get; set; }

        public ulong TicksPassedOn { get; set; }

        public ulong Average => Hundred * Ticks / Requests;

        public ulong AveragePassedOn => Hundred * TicksPassedOn / Requests;
    }
}
