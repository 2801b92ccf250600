using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Client.Tests;

/// <summary>Says something to whoever connects, and closes the connection, whatever was asked for.</summary>
internal sealed class BreakingGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public BreakingGateway(string answer)
    {
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _serving = ServeAsync(answer);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(string answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                if (await stream.ReadAsync(new byte[4096]) > 0) await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
