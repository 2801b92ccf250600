using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>What two runs of two nodes share: the keys, and what is on the way between them. Not thread-safe but for <see cref="IsGenuine"/>.</summary>
/// <param name="point">The other run.</param>
/// <param name="keys">The keys.</param>
/// <param name="limits">How much may be on the way.</param>
/// <param name="clock">Says what is lost.</param>
internal sealed class EnvelopeSession(RunPoint point, SharedKeys keys, EnvelopeLimits limits, TimeProvider clock)
{
    private readonly RepeatFilter _received = new();
    private readonly Queue<(ulong Number, int Bytes, long SentAt)> _inFlight = new();
    private ulong _sent;
    private long _bytesInFlight;
    private int _unreported;

    /// <summary>The other run.</summary>
    public RunPoint Point => point;

    /// <summary>Whether one more envelope may leave.</summary>
    public bool HasRoom => _inFlight.Count < limits.InFlightMax && _bytesInFlight < limits.InFlightBytesMax;

    /// <summary>Whether so much came that the other one had better be told.</summary>
    public bool OwesReport => _unreported >= limits.ReportAfter;

    /// <summary>Whether anything came that the other one was not told of.</summary>
    public bool HasUnreported => _unreported > 0;

    /// <summary>Whether the other run has sealed an envelope. Any thread may ask.</summary>
    public bool IsGenuine(ReadOnlySpan<byte> envelope)
    {
        Span<byte> seal = stackalloc byte[SealedForm.SealLength];
        HMACSHA256.HashData(keys.Receiving, envelope[..^SealedForm.SealLength], seal);
        return CryptographicOperations.FixedTimeEquals(seal, envelope[^SealedForm.SealLength..]);
    }

    /// <summary>A genuine envelope came: false when it came before. Says how long the last one that it reports was on the way and back, when that is known.</summary>
    public bool OnReceived(ReadOnlySpan<byte> envelope, out TimeSpan? roundTrip)
    {
        roundTrip = null;
        if (!_received.Add(SealedForm.NumberOf(envelope))) return false;
        if (envelope.Length > SealedForm.LengthMin) _unreported++;
        var report = SealedForm.ReportOf(envelope);
        while (_inFlight.TryPeek(out var first) && first.Number <= report)
        {
            if (first.Number == report) roundTrip = clock.GetElapsedTime(first.SentAt);
            Leave();
        }

        return true;
    }

    /// <summary>What was sent too long ago counts as lost. The protocol sends again what matters.</summary>
    /// <returns>Whether there is room that was not.</returns>
    public bool GiveUpLate()
    {
        var had = HasRoom;
        while (_inFlight.TryPeek(out var first) && clock.GetElapsedTime(first.SentAt) > limits.LostAfter) Leave();
        return !had && HasRoom;
    }

    /// <summary>Seals frames into an envelope, which is on the way from now on. One without frames is a mere sign of life, and nobody reports it.</summary>
    public byte[] Seal(EnvelopeEnds ends, List<byte[]> frames)
    {
        var length = SealedForm.LengthMin + frames.Sum(static frame => frame.Length);
        var envelope = new byte[length];
        SealedForm.WriteHeader(envelope, ends, ++_sent, _received.Highest);
        var at = SealedForm.HeaderLength;
        foreach (var frame in frames)
        {
            frame.CopyTo(envelope, at);
            at += frame.Length;
        }

        HMACSHA256.HashData(keys.Sending, envelope.AsSpan(0, at), envelope.AsSpan(at));
        _unreported = 0;
        if (frames.Count == 0) return envelope;
        _inFlight.Enqueue((_sent, length, clock.GetTimestamp()));
        _bytesInFlight += length;
        return envelope;
    }

    private void Leave() => _bytesInFlight -= _inFlight.Dequeue().Bytes;
}
