using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace KvStore.Replication.Pool.Network;

/// <summary>Serves the connections that others dialled: first as strangers, then, when they have introduced themselves, as peers.</summary>
internal sealed class PeerConnectionHandler(NetworkCore core, CancellationToken stop) : ConnectionHandler
{
    private static readonly object StrangerKey = new();

    private int Self => core.Options.Self.Index;

    /// <summary>Before TLS: bounds the connections that have not introduced themselves, and counts those that never get to.</summary>
    public async Task EnterAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var stranger = core.Door.Enter(connection, out var evicted);
        if (evicted is not null)
        {
            evicted.IsEvicted = true;
            core.Refuse(RefusalKind.Crowded, evicted.Connection.RemoteEndPoint);
            evicted.Connection.Abort(new ConnectionAbortedException("Too many connections have not introduced themselves."));
        }

        connection.Items[StrangerKey] = stranger;
        try
        {
            await next(connection);
        }
        finally
        {
            core.Door.Leave(stranger);
            if (!stranger.HasTls && !stranger.IsEvicted && !stop.IsCancellationRequested) core.Refuse(stranger.IsHasty ? RefusalKind.Hasty : RefusalKind.Tls, connection.RemoteEndPoint);
        }
    }

    /// <summary>The other side has begun the TLS handshake, and nothing was computed for it yet.</summary>
    /// <exception cref="AuthenticationException">There were too many lately.</exception>
    public SslServerAuthenticationOptions BeginTls(ConnectionContext connection)
    {
        if (core.Handshakes.TryPass(connection.RemoteEndPoint)) return core.Tls.Server();
        ((Door.Stranger)connection.Items[StrangerKey]!).IsHasty = true;
        throw new AuthenticationException("Too many TLS handshakes in a short time.");
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var stranger = (Door.Stranger)connection.Items[StrangerKey]!;
        stranger.HasTls = true;
        if (await IntroduceAsync(connection, stranger) is not { } peer) return;
        core.Door.Leave(stranger);
        core.Handshakes.Know(peer.Id, connection.RemoteEndPoint);
        var ticket = peer.Seat.Take(connection);
        core.Logger.PeerArrived(Self, peer.Id.Index, connection.RemoteEndPoint);
        peer.Dialler.DialNow(); // It is there, so it can probably be dialled too.
        try
        {
            await new Receiver(core, peer, ticket).RunAsync(connection.Transport, stop);
        }
        catch (Exception ended) when (IsOfTheNetwork(ended))
        {
            // The peer dials anew when it can.
        }
        catch (Exception broken) when (core.EndProcess(broken, peer.Id))
        {
            throw; // Never reached: Kestrel would carry on.
        }
        finally
        {
            peer.Seat.Leave(ticket);
            if (!stop.IsCancellationRequested) core.Logger.PeerLeft(Self, peer.Id.Index);
        }
    }

    // Null when it is refused.
    private async Task<Peer?> IntroduceAsync(ConnectionContext connection, Door.Stranger stranger)
    {
        using var timeout = new CancellationTokenSource(core.Limits.IntroductionTimeout, core.Clock);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        RefusalKind? refusal;
        try
        {
            var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate ?? throw new AuthenticationException("There is no certificate.");
            var ends = new TlsEnds(TlsSettings.NameOf(certificate), core.Tls.Own);
            (var from, refusal) = await core.Introducing.AnswerAsync(connection.Transport, ends, id => core.Peer(id).IsShutOut, inTime.Token);
            if (refusal is null) return core.Peer(from);
        }
        catch (Exception ended) when (IsOfTheNetwork(ended))
        {
            refusal = timeout.IsCancellationRequested ? RefusalKind.TooSlow : RefusalKind.Closed;
        }

        if (!stranger.IsEvicted && !stop.IsCancellationRequested) core.Refuse(refusal.Value, connection.RemoteEndPoint);
        return null;
    }

    private static bool IsOfTheNetwork(Exception ended) => ended is IOException or OperationCanceledException or ObjectDisposedException or AuthenticationException;
}
