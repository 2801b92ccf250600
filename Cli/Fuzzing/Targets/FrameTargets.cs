using System.Buffers;
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>What comes over a connection between nodes: frames in pieces, introductions, pings, and messages in them.</summary>
internal static class FrameTargets
{
    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All => [new("frame", [.. Seeds()], [], Take)];

    private static IEnumerable<byte[]> Seeds()
    {
        var ping = new byte[Frames.PingLength];
        Frames.WritePing(ping, FrameKind.Ping, 7);
        yield return ping;
        var nonce = new ConnectionNonce(Digest.Of("nonce"u8));
        yield return Introduction.EncodeChallenge(nonce);
        var ends = new TlsEnds(Digest.Of("dialler"u8), Digest.Of("listener"u8));
        yield return new Introduction(FuzzGroup.Context.Cluster, new ReplicaId(1), new ReplicaId(0), ends, nonce, nonce).EncodeHello(default);
        yield return Introduction.EncodeWelcome(default);
        foreach (var message in Corpus.Golden("message.")) yield return [.. ping, .. MessageFrame(message), .. ping];
    }

    /// <summary>A frame with this message for the group.</summary>
    public static byte[] MessageFrame(byte[] message)
    {
        var writer = new CanonicalWriter();
        Frames.Begin(writer, FrameKind.Message);
        writer.UInt32(FuzzGroup.Context.Group.Number);
        writer.Fixed(message);
        return Frames.End(writer);
    }

    private static bool Take(byte[] input)
    {
        // As a socket gives it: in pieces that end anywhere.
        var middle = input.Length == 0 ? 0 : input[^1] % input.Length;
        var first = new Piece(input.AsMemory(0, middle));
        var last = first.Before(input.AsMemory(middle));
        var buffer = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        var taken = 0;
        while (Frames.TryTake(ref buffer, Frames.LengthMax, out var kind, out var body) == FrameFound.Whole)
        {
            if (TakeBody(kind, body.ToArray(), body)) taken++;
        }

        return taken > 0;
    }

    private static bool TakeBody(FrameKind kind, byte[] bytes, ReadOnlySequence<byte> body) => kind switch
    {
        FrameKind.Ping or FrameKind.Pong => Frames.TryReadPing(body, out _),
        FrameKind.Challenge => bytes.Length == Introduction.ChallengeLength && Introduction.DecodeChallenge(bytes) == Introduction.DecodeChallenge(bytes),
        FrameKind.Hello when bytes.Length == Introduction.HelloLength => TakeHello(bytes),
        FrameKind.Message => bytes.Length >= sizeof(uint) && MessageCodec.Decode(FuzzGroup.Context, bytes.AsMemory(sizeof(uint)), out _) is not null,
        _ => false,
    };

    private static bool TakeHello(byte[] bytes)
    {
        var (claimed, signature) = Introduction.DecodeHello(bytes, default, default);
        return claimed.EncodeHello(signature).AsSpan(Frames.HeaderLength).SequenceEqual(bytes) ? true : throw new FuzzFailure("A hello has two encodings.");
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Before(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
