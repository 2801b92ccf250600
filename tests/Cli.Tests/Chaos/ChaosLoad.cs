using System.Text;
using KvStore.Client;
using KvStore.Protocol;
using KvStore.Simulator;

namespace KvStore.Cli.Tests.Chaos;

/// <summary>
/// Clients that write what nobody else writes, and read, through all gateways, until they are told to stop: half of them turn to the next gateway when theirs
/// does not answer and repeat for as long as it takes; the others know one gateway only, and so learn what it is not to know.
/// </summary>
internal sealed class ChaosLoad : IDisposable
{
    /// <summary>How many clients there are, each with a key of its own.</summary>
    public const int Clients = 8;

    private const int Registers = 24;
    private const int Logs = 8;
    private const int RoamingAttemptsMax = 500;

    private static readonly TimeSpan _roamingTimeout = TimeSpan.FromSeconds(40);

    private readonly ChaosHistory _history;
    private readonly List<Ed25519PrivateKey> _keys;
    private readonly List<KvClient> _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Lets the clients loose on a pool.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="history">What they see.</param>
    /// <param name="patience">How long those that know one gateway only wait for it; null for as long as the client does by itself.</param>
    public ChaosLoad(ProcessPool pool, ChaosHistory history, TimeSpan? patience)
    {
        _history = history;
        _keys = [.. Enumerable.Range(0, Clients).Select(pool.KeyOf)];
        _clients = [.. _keys.Select((key, client) => NewClient(pool, client, key, patience))];
        _running = Task.WhenAll(_clients.Select((client, number) => Task.Run(() => RunAsync(client, number))));
    }

    /// <summary>All keys.</summary>
    private static IEnumerable<string> AllKeys => Enumerable.Range(0, Registers).Select(RegisterOf).Concat(Enumerable.Range(0, Logs).Select(LogOf));

    /// <summary>Begins nothing new, and returns when all that is under way has ended.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancel);
    }

    /// <summary>Reads every key through the gateways of these nodes, into the history; each can be read.</summary>
    public async Task ReadAllAsync(IEnumerable<int> nodes)
    {
        foreach (var node in nodes)
        {
            // The second half knows one gateway each.
            var client = _clients[Clients / 2 + node];
            foreach (var key in AllKeys) Assert.True(await ReadAsync(client, key), $"{key} can't be read through node {node}.");
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        foreach (var client in _clients) client.Dispose();
        foreach (var key in _keys) key.Dispose();
    }

    private static string RegisterOf(int number) => $"register-{number}";

    private static string LogOf(int number) => $"log-{number}";

    private static KvClient NewClient(ProcessPool pool, int client, Ed25519PrivateKey key, TimeSpan? patience)
    {
        var gateways = pool.GatewaysFrom(client % ProcessPool.Nodes);
        if (client < Clients / 2) return new KvClient(new KvClientOptions { Gateways = gateways, Key = key, AttemptsMax = RoamingAttemptsMax, Timeout = _roamingTimeout });
        var options = new KvClientOptions { Gateways = [gateways[0]], Key = key };
        return new KvClient(patience is { } time ? options with { Timeout = time } : options);
    }

    private async Task RunAsync(KvClient client, int number)
    {
        var random = new DeterministicRandom((ulong)number + 1);
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var text = $"<{number}.{i}>";
            var draw = random.Below(10);
            if (draw < 4) await WriteAsync(Deed.Append, LogOf(random.Below(Logs)), text, (key, value) => client.AppendAsync(key, value));
            else if (draw < 7) await WriteAsync(Deed.Put, RegisterOf(random.Below(Registers)), text, (key, value) => client.PutAsync(key, value));
            else await ReadAsync(client, draw == 7 ? LogOf(random.Below(Logs)) : RegisterOf(random.Below(Registers)));
        }
    }

    private async Task WriteAsync(Deed deed, string key, string text, Func<KvKey, ReadOnlyMemory<byte>, Task<WriteResult>> write)
    {
        var invoked = ChaosHistory.Now;
        try
        {
            var done = await write(key, Encoding.ASCII.GetBytes(text));
            _history.Add(new ChaosOperation(deed, key, text, Fate.Done, invoked, ChaosHistory.Now, done.Offset, done.Shard, done.Revision));
        }
        catch (KvException exception)
        {
            var fate = exception is OutcomeUnknownException ? Fate.Unknown : Fate.Refused;
            _history.Add(new ChaosOperation(deed, key, text, fate, invoked, ChaosHistory.Now, Problem: exception.Problem.Code));
        }
    }

    private async Task<bool> ReadAsync(KvClient client, string key)
    {
        var invoked = ChaosHistory.Now;
        try
        {
            var got = await client.GetAsync(key);
            _history.Add(new ChaosOperation(Deed.Get, key, got.Found ? Encoding.ASCII.GetString(got.Value.Span) : null, Fate.Done, invoked, ChaosHistory.Now));
            return true;
        }
        catch (KvException exception)
        {
            _history.Add(new ChaosOperation(Deed.Get, key, null, Fate.Refused, invoked, ChaosHistory.Now, Problem: exception.Problem.Code));
            return false;
        }
    }
}
