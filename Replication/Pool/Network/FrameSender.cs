using System.Buffers;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Writes what waits for one peer to its connection. Whatever waits is gathered into one write, so that under load many messages cost one record of TLS and one
/// call of the system. A long message goes in pieces, and votes that come meanwhile go between them.
/// </summary>
internal sealed class FrameSender(Peer peer, Stream stream, TimeProvider clock)
{
    // Two records of TLS. Votes that come meanwhile wait for no more than this.
    private const int GatherBytes = 32 * 1024;
    private const int CopiedBytesMax = 8 * 1024;
    private const long Never = -1;

    private readonly List<byte[]> _frames = [];

    // What is left to be sent of a long message's body.
    private ReadOnlyMemory<byte> _long;
    private long _writingSince = Never;
    private long _pingSentAt = Never;
    private ulong _pingNumber;
    private volatile bool _pingDue;

    /// <summary>Sends until the token is cancelled or the connection fails.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(GatherBytes);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var gathered = TakePing(buffer);
                _frames.Clear();
                var isMore = _long.IsEmpty ? peer.Queue.Take(_frames, GatherBytes) : peer.Queue.TakeVotes(_frames, GatherBytes);
                if (_frames.Count > 0 || gathered > 0) await WriteAsync(buffer, gathered, cancel);
                if (!_long.IsEmpty) await WritePartAsync(buffer, cancel);
                // Other peers share the thread: what is left, or has come meanwhile, is sent after what is for them.
                if (isMore || !_long.IsEmpty) peer.Queue.Wake();
                await peer.Queue.WaitAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends a ping when the last one was answered. False when the peer takes nothing, or has not answered, for too long.</summary>
    public bool OnTick(TimeSpan deadAfter)
    {
        if (IsLate(Interlocked.Read(ref _writingSince), deadAfter) || IsLate(Interlocked.Read(ref _pingSentAt), deadAfter)) return false;
        if (Interlocked.Read(ref _pingSentAt) != Never) return true;
        _pingDue = true;
        peer.Queue.Wake();
        return true;
    }

    /// <summary>The peer answers a ping. False when it was not asked that.</summary>
    public bool OnPong(ulong number)
    {
        var sentAt = Interlocked.Read(ref _pingSentAt);
        if (sentAt == Never || number != Volatile.Read(ref _pingNumber)) return false;
        peer.OnPong(clock.GetElapsedTime(sentAt));
        Interlocked.Exchange(ref _pingSentAt, Never);
        return true;
    }

    private bool IsLate(long since, TimeSpan deadAfter) => since != Never && clock.GetElapsedTime(since) > deadAfter;

    private int TakePing(byte[] buffer)
    {
        if (!_pingDue) return 0;
        _pingDue = false;
        Volatile.Write(ref _pingNumber, _pingNumber + 1);
        Frames.WritePing(buffer, FrameKind.Ping, _pingNumber);
        Interlocked.Exchange(ref _pingSentAt, clock.GetTimestamp());
        return Frames.PingLength;
    }

    private async Task WriteAsync(byte[] buffer, int gathered, CancellationToken cancel)
    {
        Count(); // Before it leaves: whoever has got it must find it counted.
        foreach (var frame in _frames)
        {
            if (frame.Length > GatherBytes)
            {
                _long = frame.AsMemory(Frames.HeaderLength); // The last of these: none is taken after it.
                continue;
            }

            if (gathered > 0 && (frame.Length > CopiedBytesMax || gathered + frame.Length > GatherBytes))
            {
                await WriteAsync(buffer.AsMemory(0, gathered), cancel);
                gathered = 0;
            }

            if (frame.Length > CopiedBytesMax)
            {
                await WriteAsync(frame, cancel);
                continue;
            }

            frame.CopyTo(buffer, gathered);
            gathered += frame.Length;
        }

        if (gathered > 0) await WriteAsync(buffer.AsMemory(0, gathered), cancel);
    }

    private void Count()
    {
        long bytes = 0;
        foreach (var frame in _frames) bytes += frame.Length;
        peer.OnSent(_frames.Count, bytes);
    }

    private async ValueTask WritePartAsync(byte[] buffer, CancellationToken cancel)
    {
        var part = _long[..Math.Min(_long.Length, GatherBytes - Frames.HeaderLength)];
        _long = _long[part.Length..];
        Frames.WriteHeader(buffer, _long.IsEmpty ? FrameKind.LastPart : FrameKind.Part, part.Length);
        part.CopyTo(buffer.AsMemory(Frames.HeaderLength));
        await WriteAsync(buffer.AsMemory(0, Frames.HeaderLength + part.Length), cancel);
    }

    // Never more than is gathered, because many megabytes may take long on a slow line while the peer is well.
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        Interlocked.Exchange(ref _writingSince, clock.GetTimestamp());
        await stream.WriteAsync(bytes, cancel);
        Interlocked.Exchange(ref _writingSince, Never);
    }
}
