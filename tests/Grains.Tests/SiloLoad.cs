using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvStore.Cli.Tests.Chaos;
using KvStore.Client;
using KvStore.Protocol;

namespace KvStore.Grains.Tests;

/// <summary>
/// Clients with keys of their own, that put and append what nobody else writes, signed, one operation after the other through whichever gateway answers, until they
/// are told to stop. An append that is applied twice shows. With one client that fails the load is broken: whoever waits for it gets the reason.
/// </summary>
internal sealed class SiloLoad : IDisposable
{
    private const int Clients = 4;

    // A bound against hanging, longer than a client tries.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly List<Ed25519PrivateKey> _keys = [.. Enumerable.Range(0, Clients).Select(_ => new Ed25519PrivateKey(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength)))];
    private readonly List<KvClient> _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    /// <summary>Begins.</summary>
    /// <param name="cluster">Whose gateways are asked.</param>
    /// <param name="signedFor">The cluster that requests are signed for; null for this one.</param>
    public SiloLoad(SiloCluster cluster, ClusterId? signedFor = null)
    {
        _clients = [.. _keys.Select((key, number) => ClientOf(cluster, signedFor ?? cluster.Document.Genesis.Cluster, key, number))];
        _running = Task.WhenAll(_clients.Select((client, number) => Task.Run(() => RunAsync(client, number))));
    }

    /// <summary>What was acknowledged.</summary>
    public ChaosHistory History { get; } = new();

    /// <summary>Returns when so many more writes have been acknowledged.</summary>
    /// <exception cref="InvalidOperationException">A client failed.</exception>
    public async Task Acknowledged(int more) => await await Task.WhenAny(History.Acknowledged(more, SiloCluster.Cancel).WaitAsync(_patience), _broken.Task);

    /// <summary>Begins nothing new, and returns when all that is under way was answered.</summary>
    /// <exception cref="InvalidOperationException">A client failed.</exception>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(_patience, SiloCluster.Cancel);
        if (_broken.Task.IsCompleted) await _broken.Task;
    }

    /// <summary>Every acknowledged write is there, by the word of one gateway, and none is there twice.</summary>
    public async Task CheckAsync(KvClient gateway)
    {
        var logs = History.Operations.Where(operation => operation.Deed == Deed.Append).GroupBy(operation => operation.Key, StringComparer.Ordinal).ToList();
        Assert.Equal(Clients, logs.Count);
        foreach (var log in logs)
            Assert.Equal(string.Concat(log.OrderBy(operation => operation.Offset).Select(operation => operation.Text)), await ReadAsync(gateway, log.Key));
        foreach (var put in History.Operations.Where(operation => operation.Deed == Deed.Put)) Assert.Equal(put.Text, await ReadAsync(gateway, put.Key));
    }

    public void Dispose()
    {
        _stop.Dispose();
        foreach (var client in _clients) client.Dispose();
        foreach (var key in _keys) key.Dispose();
    }

    private static KvClient ClientOf(SiloCluster cluster, ClusterId signedFor, Ed25519PrivateKey key, int number) => new(new KvClientOptions
    {
        Gateways = [.. Enumerable.Range(0, SiloCluster.Replicas).Select(replica => cluster.AddressOf((number + replica) % SiloCluster.Replicas))],
        Key = key,
        Cluster = signedFor,
        Timeout = TimeSpan.FromSeconds(90),
        AttemptsMax = 1000,
    });

    private static async Task<string> ReadAsync(KvClient gateway, string key) => Encoding.UTF8.GetString((await gateway.GetAsync(key, cancel: SiloCluster.Cancel)).Value.Span);

    private async Task RunAsync(KvClient client, int number)
    {
        try
        {
            await WriteAsync(client, number);
        }
        catch (Exception failure)
        {
            _broken.TrySetException(new InvalidOperationException($"Client {number} of the load failed: {failure.Message}", failure));
        }
    }

    // Every one is answered in the end: what is not known to be applied is sent again, with the same bytes.
    private async Task WriteAsync(KvClient client, int number)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"<{number}.{i}>");
            var key = i % 2 == 0 ? $"log-{number}" : $"put-{number}-{i}";
            var invoked = ChaosHistory.Now;
            var done = i % 2 == 0
                ? await client.AppendAsync(key, Encoding.UTF8.GetBytes(text), cancel: SiloCluster.Cancel)
                : await client.PutAsync(key, Encoding.UTF8.GetBytes(text), cancel: SiloCluster.Cancel);
            History.Add(new ChaosOperation(i % 2 == 0 ? Deed.Append : Deed.Put, key, text, Fate.Done, invoked, ChaosHistory.Now, done.Offset, done.Shard, done.Revision));
        }
    }
}
