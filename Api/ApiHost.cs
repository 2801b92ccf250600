using System.Diagnostics;
using System.Net;
using KvStore.Api.Hosting;
using KvStore.Api.Problems;
using KvStore.Client.Signing;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace KvStore.Api;

/// <summary>The gateway: of a node of a pool or, in the same process, of a memory-only cluster, which several gateways may share.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private const int UsageError = 2;

    // As long as a request waits for its answer: who waits for a key to change waits for longer, and is told to ask again.
    private static readonly TimeSpan _drainMax = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly InProcessCluster? _ownCluster;
    private readonly IDisposable _refusals;
    private readonly bool _allowUnsigned;

    private ApiHost(WebApplication app, InProcessCluster? ownCluster, IDisposable refusals, bool allowUnsigned)
    {
        _app = app;
        _ownCluster = ownCluster;
        _refusals = refusals;
        _allowUnsigned = allowUnsigned;
    }

    /// <summary>The cluster that was started with it; null when it serves another.</summary>
    public InProcessCluster? OwnCluster => _ownCluster;

    /// <summary>Where it serves: the first address, with the port that it got.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    /// <summary>Runs until the process is told to end.</summary>
    /// <param name="args">The command line: see <see cref="ApiOptions.TryRead"/>.</param>
    /// <returns>The exit code: 0, 1 when it can't serve, 2 when the command line is wrong.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (ApiOptions.TryRead(args, Environment.GetEnvironmentVariable, out var options) is not { } error)
            return await RunAsync(options, CancellationToken.None);
        await Console.Error.WriteLineAsync(error);
        return UsageError;
    }

    /// <summary>Runs until the process is told to end, or <paramref name="cancel"/>.</summary>
    /// <returns>The exit code: 0, or 1 when it can't serve.</returns>
    public static async Task<int> RunAsync(ApiOptions options, CancellationToken cancel)
    {
        await using var host = await TryStartAsync(options, cancel);
        if (host is null) return 1;
        await host.WaitForShutdownAsync(cancel);
        return 0;
    }

    /// <summary>Starts with a cluster of its own, and returns when requests are taken.</summary>
    /// <exception cref="IOException">It can't listen at the address.</exception>
    public static Task<ApiHost> StartAsync(ApiOptions options, CancellationToken cancel = default) => StartAsync(options, null, cancel);

    /// <summary>Starts in front of a cluster that is there already, and returns when requests are taken.</summary>
    /// <param name="options">How to run; what they say about the cluster does not count when there is one.</param>
    /// <param name="cluster">The cluster, which goes on when this ends; null for one of its own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">It can't listen at the address.</exception>
    public static Task<ApiHost> StartAsync(ApiOptions options, InProcessCluster? cluster, CancellationToken cancel)
    {
        // Made before the container, because what it holds depends on the genesis; and so disposed of by this class.
        var loggers = LoggerFactory.Create(logging => Logs.Configure(logging, options));
        var own = cluster is null ? InProcessCluster.Start(ClusterOptions(options), loggers) : null;
        return StartAsync(Build(options, (cluster ?? own!).ServedBy(options.FirstNode), loggers, cluster ?? own, own), cancel);
    }

    /// <summary>Starts in front of a node of a pool, and returns when requests are taken.</summary>
    /// <param name="options">How to run; what they say about the cluster does not count.</param>
    /// <param name="cluster">What is served; it goes on when this ends.</param>
    /// <param name="loggers">Where the log goes; the caller's own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">It can't listen at the address.</exception>
    public static Task<ApiHost> StartAsync(ApiOptions options, ServedCluster cluster, ILoggerFactory loggers, CancellationToken cancel) =>
        StartAsync(Build(options, cluster, loggers, development: null, own: null), cancel);

    /// <summary>Cancelled as soon as this is told to end, before it waits for the requests that are under way.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    /// <summary>Returns when the process is told to end, or <paramref name="cancel"/>.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancel) => _app.WaitForShutdownAsync(cancel);

    private static async Task<ApiHost> StartAsync(ApiHost host, CancellationToken cancel)
    {
        try
        {
            await host._app.StartAsync(cancel);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        host.WarnIfOpen();
        return host;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        if (_ownCluster is not null) await _ownCluster.DisposeAsync();
        await _app.DisposeAsync();
        _refusals.Dispose();
    }

    /// <summary>The same as <see cref="StartAsync(ApiOptions, CancellationToken)"/>; null when it can't serve, which the log says.</summary>
    public static async Task<ApiHost?> TryStartAsync(ApiOptions options, CancellationToken cancel)
    {
        try
        {
            return await StartAsync(options, cancel);
        }
        catch (Exception exception) when (exception is IOException or FormatException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // What Kestrel throws for an address that is taken, that is none, or that needs what is not there (a certificate).
            using var loggers = LoggerFactory.Create(logging => Logs.Configure(logging, options));
            LogMessages.CannotListen(loggers.CreateLogger<ApiHost>(), options.Urls, exception.Message);
            return null;
        }
    }

    private static ApiHost Build(ApiOptions options, ServedCluster served, ILoggerFactory loggers, InProcessCluster? development, InProcessCluster? own)
    {
        // No settings come from files of the folder that it happens to be started in, and nothing below that is watched for changes: a data directory there would be.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        Logs.Configure(builder.Logging, options);
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(KestrelLimits.Apply);

        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _drainMax);
        builder.Services.AddGateway(served, options.AllowUnsigned);
        if (development is not null) builder.Services.AddSingleton(development);
        var app = builder.Build();
        app.MapGateway();
        SayWhatThisIs(app, options, served);
        var refusals = ServerRefusals.Watch(app.Services.GetRequiredService<DiagnosticListener>(), app.Services.GetRequiredService<RefusalCounter>());
        return new ApiHost(app, own, refusals, options.AllowUnsigned);
    }

    private static InProcessOptions ClusterOptions(ApiOptions options)
    {
        var cluster = new InProcessOptions { Shards = options.Shards, Replicas = options.Replicas, Faults = options.Faults };
        if (options.AnswerTimeout is { } timeout) cluster = cluster with { AnswerTimeout = timeout };
        if (options.KeyWaitersMax is { } waiters) cluster = cluster with { KeyWaitersMax = waiters };
        if (options.Consensus is { } consensus) cluster = cluster with { Consensus = consensus };
        return options.Limits is { } limits ? cluster with { Limits = limits } : cluster;
    }

    private static void SayWhatThisIs(WebApplication app, ApiOptions options, ServedCluster served)
    {
        var logger = app.Services.GetRequiredService<ILogger<ApiHost>>();
        if (served.Storage == ServedCluster.InMemory) LogMessages.MemoryOnly(logger, served.Groups.Length, served.Genesis.Groups[0].Config.Replicas);
        if (options.AllowUnsigned) LogMessages.DevelopmentKey(logger, SignatureBase.KeyName(app.Services.GetRequiredService<RequestSigner>().PublicKey));
        else LogMessages.SignaturesRequired(logger);
        LogMessages.Ed25519Backend(logger, Ed25519.Instance.BackendName);
    }

    private void WarnIfOpen()
    {
        var address = Address;
        if (!_allowUnsigned) return; // What is open then is for clients that sign.
        if (address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip))) return;
        LogMessages.OpenToOthers(_app.Services.GetRequiredService<ILogger<ApiHost>>(), address.ToString());
    }
}
