using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Kestrel's connections on the port for peers. The server is driven directly and not through a host, whose lifetime (signals, its own log lines) belongs to
/// the process.
/// </summary>
internal sealed class PeerListener : IAsyncDisposable
{
    // More than this of what a peer sent waits in the kernel, and so at the peer.
    private const int ReadBufferBytes = 256 * 1024;

    private readonly WebApplication _services;
    private readonly ListenOptions _listening;

    private PeerListener(WebApplication services, ListenOptions listening)
    {
        _services = services;
        _listening = listening;
    }

    public IPEndPoint Endpoint => _listening.IPEndPoint!;

    /// <exception cref="IOException">It can't listen there.</exception>
    public static async Task<PeerListener> StartAsync(NetworkCore core, ILoggerFactory loggers, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(new PeerConnectionHandler(core, stop));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(sockets =>
        {
            sockets.NoDelay = true;
            sockets.MaxReadBufferSize = ReadBufferBytes;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // Strangers are few, and a peer's next message is never far.
            sockets.UnsafePreferInlineScheduling = true; // What handles a message never blocks, and each change of threads costs more than most messages.
        });
        ListenOptions? listening = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(core.Options.Listen, listen =>
        {
            listening = listen;
            Configure(listen, core);
        }));
        var services = builder.Build();
        try
        {
            await services.Services.GetRequiredService<IServer>().StartAsync(new NoHttp(), stop);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }

        return new PeerListener(services, listening!);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true)); // All connections have been told to end; none is waited for.
        await _services.DisposeAsync();
    }

    private static void Configure(ListenOptions listen, NetworkCore core)
    {
        var handler = listen.ApplicationServices.GetRequiredService<PeerConnectionHandler>();
        listen.Protocols = HttpProtocols.None;
        listen.Use(next => connection => handler.EnterAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = core.Limits.IntroductionTimeout,
            OnConnection = handshake => ValueTask.FromResult(handler.BeginTls(handshake.Connection)),
        });
        listen.UseConnectionHandler<PeerConnectionHandler>();
    }

    /// <summary>What Kestrel asks for and never uses here: no connection gets as far as HTTP.</summary>
    private sealed class NoHttp : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(IFeatureCollection context) => throw new NotSupportedException("No HTTP is spoken with peers.");

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }
    }
}
