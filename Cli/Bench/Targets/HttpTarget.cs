using KvStore.Api;
using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Workloads;
using KvStore.Client;
using KvStore.Protocol;

namespace KvStore.Cli.Bench.Targets;

/// <summary>
/// Gateways, through the client that everybody uses; each client stays with one. An operation is sent once: a retry would hide an error in a latency, and the
/// errors are counted.
/// </summary>
internal sealed class HttpTarget : IBenchTarget
{
    private readonly List<KvClient> _gateways;
    private readonly IReadOnlyList<Ed25519PrivateKey> _keys;
    private readonly ApiHost? _host;
    private readonly GetOptions _reads;
    private int _clients;

    /// <summary>Gateways that run already, or one in this process.</summary>
    /// <param name="gateways">Their addresses.</param>
    /// <param name="keys">The keys that sign, which are disposed of with this: clients take them in turn. None to send requests without signatures.</param>
    /// <param name="settings">The load.</param>
    /// <param name="host">The gateway in this process, which is disposed of with this; null when they run elsewhere.</param>
    public HttpTarget(IReadOnlyList<Uri> gateways, IReadOnlyList<Ed25519PrivateKey> keys, BenchSettings settings, ApiHost? host)
    {
        (_keys, _host) = (keys, host);
        _reads = new GetOptions { Consistency = settings.Consistency };
        // Every key with its gateway: the client that is made n-th has the n-th key and the n-th gateway, each around again when they are used up.
        _gateways = [.. Enumerable.Range(0, Math.Max(gateways.Count, keys.Count)).Select(index => new KvClient(new KvClientOptions
        {
            Gateways = [gateways[index % gateways.Count]],
            Key = keys.Count == 0 ? null : keys[index % keys.Count],
            SignReads = settings.SignReads,
            AttemptsMax = 1,
            ConnectionsMax = Math.Max(settings.Clients, BenchRun.LoadingClients),
        }))];
        Name = host is null ? string.Join(',', gateways) : "HTTP, in this process";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IBenchClient NewClient(IOperationSource source) => new HttpBenchClient(this, _gateways[_clients++ % _gateways.Count], source);

    /// <summary>Carries out an operation through a gateway.</summary>
    /// <returns>The problem's code when it failed.</returns>
    public async ValueTask<string?> ExecuteAsync(KvClient gateway, BenchOperation operation, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(gateway, operation, cancel);
        }
        catch (KvException exception)
        {
            return exception.Problem.Code;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways) gateway.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        foreach (var key in _keys) key.Dispose();
    }

    private async ValueTask<string?> SendAsync(KvClient gateway, BenchOperation operation, CancellationToken cancel)
    {
        switch (operation.Kind)
        {
            case OperationKind.Get:
                return CodeOf(await gateway.GetAsync(operation.Key, _reads, cancel));
            case OperationKind.Scan:
                await gateway.ListPageAsync(
                    new ListOptions { Start = operation.Key, PageSize = operation.Count, Consistency = _reads.Consistency }, cancel: cancel);
                return null;
            case OperationKind.Append:
                await gateway.AppendAsync(operation.Key, operation.Value, cancel: cancel);
                return null;
            case OperationKind.Slice:
                await gateway.KeepSliceAsync(operation.Key, 0, operation.Count, cancel: cancel);
                return null;
            case OperationKind.ReadModifyWrite:
                if (CodeOf(await gateway.GetAsync(operation.Key, _reads, cancel)) is { } error) return error;
                await gateway.PutAsync(operation.Key, operation.Value, cancel: cancel);
                return null;
            default:
                await gateway.PutAsync(operation.Key, operation.Value, cancel: cancel);
                return null;
        }
    }

    private static string? CodeOf(GetResult result) => result.Found ? null : Problem.NotFound;
}

/// <summary>One client of an <see cref="HttpTarget"/>.</summary>
internal sealed class HttpBenchClient(HttpTarget target, KvClient gateway, IOperationSource source) : IBenchClient
{
    /// <inheritdoc/>
    public async ValueTask<OperationOutcome> RunNextAsync(CancellationToken cancel)
    {
        var operation = source.Next();
        var error = await target.ExecuteAsync(gateway, operation, cancel);
        source.Ended(operation);
        return new OperationOutcome(operation.Kind, error);
    }
}
