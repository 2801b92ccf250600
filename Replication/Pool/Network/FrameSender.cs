using System.Buffers;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Writes what waits for one peer to its connection. Whatever waits is gathered into one write, so that under load many messages cost one record of TLS and one
/// call of the system; a long frame is written from where it lies.
/// </summary>
internal sealed class FrameSender(Peer peer, Stream stream, TimeProvider clock)
{
    // Two records of TLS. Votes that come meanwhile wait for no more than this.
    private const int GatherBytes = 32 * 1024;
    private const int LongFrameBytes = 8 * 1024;
    private const long Never = -1;

    private readonly List<byte[]> _frames = [];
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
                peer.Queue.Take(_frames, GatherBytes);
                if (_frames.Count > 0 || gathered > 0) await WriteAsync(buffer, gathered, cancel);
                else await NextAsync();
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

    // Whoever is about to put something in runs first: under load, what many requests and votes have for this peer then is one write, and one wake at the other end.
    private async ValueTask NextAsync()
    {
        await peer.Queue.WaitAsync();
        await Task.Yield();
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
        long bytes = 0;
        foreach (var frame in _frames)
        {
            bytes += frame.Length;
            if (gathered > 0 && (frame.Length > LongFrameBytes || gathered + frame.Length > GatherBytes))
            {
                await WriteAsync(buffer.AsMemory(0, gathered), cancel);
                gathered = 0;
            }

            if (frame.Length > LongFrameBytes)
            {
                await WriteAsync(frame, cancel);
                continue;
            }

            frame.CopyTo(buffer, gathered);
            gathered += frame.Length;
        }

        if (gathered > 0) await WriteAsync(buffer.AsMemory(0, gathered), cancel);
        peer.OnSent(_frames.Count, bytes);
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        // In parts, because a frame of many megabytes may take long on a slow line while the peer is well.
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, GatherBytes)..])
        {
            Interlocked.Exchange(ref _writingSince, clock.GetTimestamp());
            await stream.WriteAsync(bytes[..Math.Min(bytes.Length, GatherBytes)], cancel);
            Interlocked.Exchange(ref _writingSince, Never);
        }
    }
}
