using System.IO.Pipelines;
using System.Net;
using System.Runtime.ExceptionServices;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Pool.Network;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>What a peer sends when it has introduced itself, to the code that takes it from the socket: what comes of it must not depend on where reads end.</summary>
internal static class ConnectionTargets
{
    // Small, so that the pieces of one message are many.
    private const int PieceBytes = 24;

    private static readonly NetworkCore _node = new(
        new PoolNetworkOptions(new ReplicaId(0), FuzzGroup.Context.Cluster, FuzzGroup.Key(1), FuzzGroup.Members, [.. FuzzGroup.Members.Select(_ => "127.0.0.1:1")], new IPEndPoint(IPAddress.Loopback, 0)),
        NullLogger.Instance);

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All => [new("connection", [.. Seeds()], [], Take)];

    private static IEnumerable<byte[]> Seeds()
    {
        var ping = new byte[Frames.PingLength];
        Frames.WritePing(ping, FrameKind.Ping, 7);
        foreach (var message in Corpus.Golden("message."))
        {
            var frame = FrameTargets.MessageFrame(message);
            yield return [.. frame, .. ping];
            yield return InPieces(frame.AsSpan(Frames.HeaderLength), ping);
        }
    }

    // A ping may come between two pieces.
    private static byte[] InPieces(ReadOnlySpan<byte> body, byte[] between)
    {
        var bytes = new List<byte>();
        var header = new byte[Frames.HeaderLength];
        for (; !body.IsEmpty; body = body[Math.Min(PieceBytes, body.Length)..])
        {
            Frames.WriteHeader(header, body.Length <= PieceBytes ? FrameKind.LastPart : FrameKind.Part, Math.Min(PieceBytes, body.Length));
            bytes.AddRange(header);
            bytes.AddRange(body[..Math.Min(PieceBytes, body.Length)]);
            bytes.AddRange(between);
        }

        return [.. bytes];
    }

    private static bool Take(byte[] input)
    {
        var whole = Receive(input, input.Length);
        var cut = Receive(input, input.Length == 0 ? 1 : 1 + input[^1] % input.Length);
        if (whole != cut) throw new FuzzFailure($"At once it is {whole}, and in reads of other lengths {cut}.");
        return whole.Frames > 0;
    }

    private static Received Receive(byte[] input, int readBytes)
    {
        var sink = new CountingSink();
        _node.Groups.Remove(FuzzGroup.Context.Group);
        _node.Groups.Add(FuzzGroup.Context.Group, new AttachedGroup(FuzzGroup.Verifier, sink));
        var peer = new Peer(_node, new ReplicaId(1), new SendPump()); // One that nothing was rejected of yet.
        var transport = new Reads(input, readBytes);
        var receiving = new Receiver(_node, peer, new InboundSeat.Ticket(new DefaultConnectionContext(), TimeProvider.System)).RunAsync(transport, CancellationToken.None);
        if (!receiving.IsCompleted) throw new FuzzFailure("It waits, although all has come.");
        if (receiving.Exception?.InnerException is { } thrown) ExceptionDispatchInfo.Throw(thrown);
        var status = peer.Status;
        return new Received(status.FramesIn, status.BytesIn, status.Rejected.Values.Sum(), status.Dropped.Values.Sum(), sink.Delivered, sink.Refused);
    }

    private sealed record Received(long Frames, long Bytes, long Rejected, long Dropped, int Delivered, int Refused);

    private sealed class CountingSink : IPeerSink
    {
        public int Delivered { get; private set; }

        public int Refused { get; private set; }

        public bool IsSettled(PeerMessage message) => false;

        public void Deliver(ReplicaId from, VerifiedMessage message, int bytes) => Delivered++;

        public void OnExecuted(ReplicaId from, Signed<Executed> claim) => Delivered++;

        public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer) => Delivered++;

        public void OnRejected(RejectionKind kind, ReplicaId from) => Refused++;
    }

    /// <summary>A connection over which this has come, in reads of so many bytes, and then its end. What is answered is thrown away.</summary>
    private sealed class Reads(byte[] input, int readBytes) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(new ShortReads(input, Math.Max(1, readBytes)));

        public PipeWriter Output { get; } = PipeWriter.Create(Stream.Null);
    }

    private sealed class ShortReads(byte[] input, int bytesMax) : MemoryStream(input)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, bytesMax)], cancellationToken);
    }
}
