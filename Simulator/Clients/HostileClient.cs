// adversary.md rows 22, 23, 25 and 26.
using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>
/// A client that does nothing but harm, through gateways that pass on what it wants to whom it wants. It waits for no answer, and what it asks for may or may not
/// happen; the store must give one consistent outcome, and the others their answers. It writes only where values are appended to, so that a second time shows.
/// </summary>
internal sealed class HostileClient
{
    private readonly World _world;
    private readonly DeterministicRandom _random;
    private readonly IntentMaker _intents;
    private readonly RequestMaker _requests;
    private readonly int _client;

    public HostileClient(World world, int client, DeterministicRandom random)
    {
        _world = world;
        _client = client;
        _random = random;
        _intents = new IntentMaker(client, world.Settings, world.Keys, random);
        _requests = new RequestMaker(world, client, random);
    }

    public void Start() => _world.Queue.After((long)_random.Between(1, 2 * _world.Settings.HostileEvery) * _world.Settings.Consensus.TickMilliseconds, () =>
    {
        if (_world.IsHealed) return;
        Deed();
        Start();
    });

    private void Deed()
    {
        var shard = _random.Pick(_world.Shards);
        switch (_random.Below(5))
        {
            case 0: Show(shard, Request(shard, _requests.Ordinary), machine => _random.Chance(5000)); break;
            case 1: ShowOne(shard); break;
            case 2: TwoContents(shard); break;
            case 3:
                if (_random.Chance(5000)) _requests.Jump();
                else _requests.OpenSession();
                Show(shard, Request(shard, _requests.Ordinary), _ => true);
                break;
            default: Flood(shard); break;
        }
    }

    // To the primary only, or to one of those who may not propose it.
    private void ShowOne(Shard shard)
    {
        var one = _random.Pick(shard.Machines);
        Show(shard, Request(shard, _requests.Ordinary), machine => machine == one);
    }

    private void TwoContents(Shard shard)
    {
        var first = Request(shard, _requests.Ordinary);
        var second = Request(shard, intent => _requests.Conflicting(intent, first.Request));
        var sides = _random.Next();
        Show(shard, first, machine => ((sides >> machine.Id.Index) & 1) != 0);
        Show(shard, second, machine => ((sides >> machine.Id.Index) & 1) == 0);
    }

    private void Flood(Shard shard)
    {
        for (var left = _random.Between(1, _world.Settings.FloodMax); left > 0; left--)
        {
            var request = Request(shard, _requests.Ordinary);
            if (_random.Chance(5000)) Show(shard, request, machine => true);
            else Refuse(shard, request);
        }
    }

    // Every gateway and every replica judges the signature by the same bytes, so it is enough to ask one.
    private void Refuse(Shard shard, VerifiedRequest request)
    {
        var other = _requests.Ordinary(Intent(shard)).Request.Signature;
        if (shard.Verifier.TryVerify(request.Request.WithSignature(other), out _)) shard.Violations.Add("Validity", "a request with the signature of another one is accepted");
    }

    private Intent Intent(Shard shard)
    {
        var key = KeySpace.Key(_random.Chance(5000) ? KeySpace.AppendOnly : KeySpace.Text, _random.Below(_world.Keys.Members), _world.Keys.Tags[shard.Index]);
        return _intents.Append(key);
    }

    private VerifiedRequest Request(Shard shard, Func<Intent, VerifiedRequest> make)
    {
        var intent = Intent(shard);
        var request = make(intent);
        var operation = new ClientOperation(_client, intent, [shard]) { Request = request, Invoked = _world.History.NextMoment(), GivenUp = true };
        _world.History.Begin(operation);
        return request;
    }

    private static void Show(Shard shard, VerifiedRequest request, Func<Machine, bool> isShown)
    {
        foreach (var machine in shard.Machines.Where(isShown)) machine.Guard(() => machine.Process?.Take(request));
    }
}
