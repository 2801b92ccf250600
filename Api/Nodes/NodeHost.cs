using KvStore.Api.Hosting;
using KvStore.Replication.Faults;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;

namespace KvStore.Api.Nodes;

/// <summary>A node of a pool with its gateway.</summary>
public sealed class NodeHost : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private readonly PoolNode _node;
    private readonly ApiHost _api;

    private NodeHost(ILoggerFactory loggers, PoolNode node, ApiHost api)
    {
        _loggers = loggers;
        _node = node;
        _api = api;
    }

    /// <summary>Where it serves clients.</summary>
    public Uri Address => _api.Address;

    /// <summary>Runs a node until the process is told to end, or <paramref name="cancel"/>.</summary>
    /// <param name="setup">What it starts with.</param>
    /// <param name="faults">What it does wrong by design; null for a correct one.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="SetupException">It can't start.</exception>
    public static async Task RunAsync(NodeSetup setup, FaultsByDesign? faults, CancellationToken cancel)
    {
        await using var host = await StartAsync(setup, faults, cancel);
        await host.WaitForShutdownAsync(cancel);
    }

    /// <summary>Starts a node, and returns when it listens. Whatever can be refused is refused before the node has said anything to the others.</summary>
    /// <exception cref="SetupException">It can't start.</exception>
    public static async Task<NodeHost> StartAsync(NodeSetup setup, FaultsByDesign? faults, CancellationToken cancel)
    {
        var config = setup.Config;
        var options = new ApiOptions
        {
            Urls = setup.ClientListen(),
            AllowUnsigned = config.AllowUnsigned,
            LogLevel = config.LogLevel,
            LogsJson = config.LogsJson,
            LogToStandardError = true,
        };
        var loggers = LoggerFactory.Create(logging => Logs.Configure(logging, options));
        PoolNode? node = null;
        ApiHost? api = null;
        try
        {
            node = await PoolNodeOpening.OpenAsync(setup, faults, loggers);
            api = await ServeAsync(options, node, loggers, cancel);
            node.Run();
            api.Stopping.Register(node.HandOver); // At once: the requests that are under way are finished by whoever leads then.
            return new NodeHost(loggers, node, api);
        }
        catch
        {
            if (api is not null) await api.DisposeAsync();
            if (node is not null) await node.DisposeAsync();
            loggers.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _node.DisposeAsync();
        _loggers.Dispose();
    }

    private async Task WaitForShutdownAsync(CancellationToken cancel)
    {
        var end = _api.WaitForShutdownAsync(cancel);
        if (await Task.WhenAny(end, _node.Started) != end) await _node.Started; // A first start that fails ends the node.
        await end;
    }

    private static async Task<ApiHost> ServeAsync(ApiOptions options, PoolNode node, ILoggerFactory loggers, CancellationToken cancel)
    {
        try
        {
            return await ApiHost.StartAsync(options, node.Served, loggers, cancel);
        }
        catch (Exception exception) when (exception is IOException or FormatException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // What Kestrel throws for an address that is taken, that is none, or that needs what is not there (a certificate).
            throw new SetupException($"Can't serve clients at {options.Urls}: {exception.Message}", $"End the process that is there, or choose another address with {NodeSetting.ClientListen.Flag}.");
        }
    }
}
