using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Operations;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Doctor;

/// <summary>What can be seen of a node from here.</summary>
/// <param name="Member">The node.</param>
/// <param name="Replica">Its number.</param>
/// <param name="Peer">Where its peers dial it: not where the genesis says when it has moved.</param>
/// <param name="Place">Where that is.</param>
/// <param name="PeerError">Why its address for peers does not answer; null when it does.</param>
/// <param name="Status">What it answers to clients; null when it does not.</param>
/// <param name="ClientError">Why not; null when it does.</param>
/// <param name="ClockOffset">How much its clock is ahead of this machine's; null when it did not say.</param>
internal sealed record NodeSight(Member Member, int Replica, string Peer, Place Place, string? PeerError, StatusDocument? Status, string? ClientError, TimeSpan? ClockOffset)
{
    private const int AnswerBytesMax = 4 * 1024 * 1024;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    // The header has whole seconds, cut off: on average half a second is missing.
    private static readonly TimeSpan _dateHeaderMean = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks at every node at once.</summary>
    public static async Task<IReadOnlyList<NodeSight>> LookAsync(NodeSetup setup, CancellationToken cancel) =>
        await Task.WhenAll(setup.Document.Members.Select((member, replica) => LookAsync(member, replica, setup.Addresses[replica], cancel)));

    private static async Task<NodeSight> LookAsync(Member member, int replica, string peer, CancellationToken cancel)
    {
        _ = NodeAddress.TryParsePeer(peer, out var host, out var port);
        var place = new Place(member.Name, host, await AddressOf(host, cancel));
        var peerError = ConnectAsync(host, port, cancel);
        var (status, clientError, offset) = await AskAsync(member.Client, cancel);
        return new NodeSight(member, replica, peer, place, await peerError, status, clientError, offset);
    }

    private static async Task<IPAddress?> AddressOf(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal)) return literal;
        try
        {
            using var limit = Limit(cancel);
            return (await Dns.GetHostAddressesAsync(host, limit.Token)).FirstOrDefault();
        }
        catch (Exception exception) when (IsSilence(exception, cancel))
        {
            return null;
        }
    }

    private static async Task<string?> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        try
        {
            using var limit = Limit(cancel);
            using var socket = new TcpClient();
            await socket.ConnectAsync(host.Trim('[', ']'), port, limit.Token);
            return null;
        }
        catch (Exception exception) when (IsSilence(exception, cancel))
        {
            return Reason(exception);
        }
    }

    private static async Task<(StatusDocument?, string?, TimeSpan?)> AskAsync(string client, CancellationToken cancel)
    {
        try
        {
            using var http = new HttpClient { Timeout = _patience, MaxResponseContentBufferSize = AnswerBytesMax };
            var (sent, clock) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            using var answer = await http.GetAsync(new Uri($"{client}/v1/status"), cancel);
            var here = sent + Stopwatch.GetElapsedTime(clock) / 2;
            var offset = answer.Headers.Date is { } date ? date + _dateHeaderMean - here : (TimeSpan?)null;
            if (!answer.IsSuccessStatusCode) return (null, $"It answers with {(int)answer.StatusCode}.", offset);
            var status = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancel), ApiJson.Default.StatusDocument);
            return (status, status is null ? "It answers with nothing." : null, offset);
        }
        catch (JsonException)
        {
            return (null, "Its answer is not a status.", null);
        }
        catch (Exception exception) when (IsSilence(exception, cancel))
        {
            return (null, Reason(exception), null);
        }
    }

    private static bool IsSilence(Exception exception, CancellationToken cancel) =>
        exception is HttpRequestException or SocketException or IOException || (exception is OperationCanceledException && !cancel.IsCancellationRequested);

    private static string Reason(Exception exception) => exception is OperationCanceledException ? $"No answer within {_patience.TotalSeconds} s." : exception.Message;

    private static CancellationTokenSource Limit(CancellationToken cancel)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_patience);
        return limit;
    }
}
