using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>Keeps up the connection to one peer over which this node sends to it, and dials again when it ends.</summary>
internal sealed class Dialler(NetworkCore core, Peer peer, string address)
{
    // Unsent bytes that the system takes over at most, where it can be told: what it holds no vote can overtake.
    private const int SystemBytesMax = 128 * 1024;
    private const int TcpNotSentLowAt = 25;

    private readonly BackOff _backOff = new(core.Limits.BackOffMin, core.Limits.BackOffMax);
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = NewSignal();
    private (FrameSender Sender, TaskCompletionSource Dead)? _connection;
    private volatile string _address = address;
    private int _failures;
    private string? _reason;

    /// <summary>Where the peer is dialled.</summary>
    public string Address
    {
        get => _address;
        set
        {
            _address = value;
            DialNow();
        }
    }

    private int Self => core.Options.Self.Index;

    /// <summary>Dials until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            while (!stop.IsCancellationRequested) await DialAndWaitAsync(stop);
        }
        catch (Exception broken) when (core.EndProcess(broken, peer.Id))
        {
            throw; // Never reached: without this loop the peer would hear nothing of this node for good.
        }
    }

    /// <summary>Ends the wait before the next attempt, because there is reason to think that the peer is there.</summary>
    public void DialNow()
    {
        lock (_gate)
        {
            if (_connection is null) _wake.TrySetResult();
        }
    }

    /// <summary>Pings the peer; closes the connection when it is dead.</summary>
    public void OnTick()
    {
        lock (_gate)
        {
            if (_connection is { } it && !it.Sender.OnTick(core.Limits.DeadAfter)) it.Dead.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task DialAndWaitAsync(CancellationToken stop)
    {
        var began = core.Clock.GetTimestamp();
        string reason;
        try
        {
            reason = await DialAsync(stop);
        }
        catch (Exception failure) when (IsNoBrokenInvariant(failure))
        {
            reason = failure.Message;
        }

        if (core.Clock.GetElapsedTime(began) >= core.Limits.BackOffMax) _backOff.Reset();
        var delay = _backOff.Next(Random.Shared.NextDouble());
        if (!stop.IsCancellationRequested) Log(reason, delay);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(Task.Delay(delay, core.Clock, over.Token), _wake.Task);
        await over.CancelAsync();
        lock (_gate) _wake = NewSignal();
    }

    // Once for a reason, and again at powers of two.
    private void Log(string reason, TimeSpan delay)
    {
        if (!System.Numerics.BitOperations.IsPow2(++_failures) && reason == _reason) return;
        _reason = reason;
        core.Logger.NotConnected(Self, peer.Id.Index, Address, reason, delay);
    }

    // What names, addresses, sockets and TLS throw is theirs to choose (an address of a kind that this machine has not is "not supported"), and a peer that
    // can't be reached must not end this node.
    private static bool IsNoBrokenInvariant(Exception failure) => failure is not (InvariantBrokenException or OutOfMemoryException);

    private async Task<string> DialAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timeout = new CancellationTokenSource(core.Limits.DialTimeout, core.Clock);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(end.Token, timeout.Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowAt, BitConverter.GetBytes(SystemBytesMax));
        var (host, port) = DialAddress.Parse(Address);
        await socket.ConnectAsync(host, port, inTime.Token);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(core.Tls.Client(), inTime.Token);
        var ends = new TlsEnds(core.Tls.Own, TlsSettings.NameOf(tls.RemoteCertificate!));
        var input = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 512, minimumReadSize: 256));
        if (await core.Introducing.DialAsync(input, tls, peer.Id, ends, inTime.Token) is { } refusal)
        {
            core.Refuse(refusal, socket.RemoteEndPoint);
            return $"the introduction failed: {refusal}";
        }

        core.Handshakes.Know(peer.Id, socket.RemoteEndPoint);
        peer.OnConnected();
        _failures = 0;
        return await ServeAsync(new FrameSender(peer, tls, core.Clock), input, end);
    }

    // Gives why it ended.
    private async Task<string> ServeAsync(FrameSender sender, PipeReader input, CancellationTokenSource end)
    {
        var dead = NewSignal();
        lock (_gate) _connection = (sender, dead);
        peer.Queue.Open();
        core.Logger.Connected(Self, peer.Id.Index, Address); // Not before what is sent is taken.
        var sending = sender.RunAsync(end.Token);
        var receiving = ReceivePongsAsync(sender, input, end.Token);
        var first = await Task.WhenAny(sending, receiving, dead.Task);
        lock (_gate) _connection = null;
        await end.CancelAsync();
        peer.Queue.Close(); // Also wakes the sender.
        await EndOf(sending);
        await EndOf(receiving);
        return first == dead.Task ? "the peer takes nothing, or says nothing" : first.Exception?.InnerException?.Message ?? "the peer closed the connection";
    }

    private static async Task EndOf(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure) when (IsNoBrokenInvariant(failure))
        {
            // One side failed first and says why; the other was told to end.
        }
    }

    // Over this connection the peer says nothing but that it is there.
    private static async Task ReceivePongsAsync(FrameSender sender, PipeReader input, CancellationToken cancel)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancel);
            var buffer = read.Buffer;
            FrameFound found;
            while ((found = Frames.TryTake(ref buffer, Frames.PingLength - sizeof(uint), out var kind, out var body)) == FrameFound.Whole)
            {
                if (kind != FrameKind.Pong || !Frames.TryReadPing(body, out var number) || !sender.OnPong(number)) return;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (found == FrameFound.Bad || read.IsCompleted) return;
        }
    }
}
