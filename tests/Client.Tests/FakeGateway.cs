using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Client.Tests;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Head">The request line and the headers, without the empty line.</param>
/// <param name="Body">The body.</param>
internal sealed record FakeRequest(string Head, byte[] Body)
{
    /// <summary>The method.</summary>
    public string Method => Head.Split(' ')[0];

    /// <summary>The path and query.</summary>
    public string Target => Head.Split(' ')[1];

    /// <summary>A header; null when it is absent.</summary>
    public string? Header(string name) => Head.Split("\r\n").Skip(1).Select(line => line.Split(": ", 2))
        .FirstOrDefault(pair => string.Equals(pair[0], name, StringComparison.OrdinalIgnoreCase))?[1];

    /// <summary>All that makes it this request, and not how it was brought: the gateway's name differs.</summary>
    public string Meaning => string.Join('\n', Head.Split("\r\n").Where(line => !line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)))
        + "\n" + Convert.ToHexString(Body);
}

/// <summary>
/// A gateway that says what a test tells it to, over a real socket. It speaks just enough HTTP for the client, one request after the other on a
/// connection. An answer of null closes the connection without one; what awaits for ever never answers.
/// </summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<FakeRequest, int, Task<string?>> _answer;
    private readonly List<FakeRequest> _requests = [];
    private readonly Lock _lock = new();

    public FakeGateway(Func<FakeRequest, int, Task<string?>> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _ = AcceptAsync();
    }

    /// <summary>Answers each request in turn with one of these, and all further ones with the last.</summary>
    public static FakeGateway Saying(params string?[] answers) =>
        new((_, number) => Task.FromResult(answers[Math.Min(number, answers.Length - 1)]));

    /// <summary>An address at which nobody listens.</summary>
    public static Uri Nobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What it was asked so far.</summary>
    public FakeRequest[] Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            try
            {
                while (await ReadAsync(stream) is { } request)
                {
                    int number;
                    lock (_lock)
                    {
                        number = _requests.Count;
                        _requests.Add(request);
                    }

                    if (await _answer(request, number) is not { } answer) return;
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _end.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The test is over, or the client has gone.
            }
        }
    }

    private async Task<FakeRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0) return null;
            head.Append((char)one[0]);
        }

        var request = new FakeRequest(head.ToString().TrimEnd(), []);
        var body = new byte[int.Parse(request.Header("Content-Length") ?? "0")];
        await stream.ReadExactlyAsync(body, _end.Token);
        return request with { Body = body };
    }
}
