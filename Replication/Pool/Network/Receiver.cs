using System.Buffers;
using System.IO.Pipelines;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Takes what one peer sends: decodes and verifies it on the thread that it came on, in the order in which it came, and delivers it. Signatures are never
/// checked on a replica's own thread, and each peer keeps only its own connection busy.
/// </summary>
internal sealed class Receiver(NetworkCore core, Peer peer, InboundSeat.Ticket ticket)
{
    private const int PartsKeptBytes = 1024 * 1024;

    private readonly MessageTaker _taker = new(core.Groups, peer.Id, peer.Counters);

    // The pieces of a long message that have come so far.
    private ArrayBufferWriter<byte> _parts = new();

    /// <summary>Receives until the peer closes, or sends what no peer sends.</summary>
    public async Task RunAsync(IDuplexPipe transport, CancellationToken cancel)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync(cancel);
            ticket.OnReceived();
            var buffer = read.Buffer;
            var goOn = TakeAll(ref buffer, transport.Output, out var answers);
            transport.Input.AdvanceTo(buffer.Start, buffer.End);
            if (answers) await transport.Output.FlushAsync(cancel);
            if (!goOn || read.IsCompleted) return;
        }
    }

    private bool TakeAll(ref ReadOnlySequence<byte> buffer, PipeWriter output, out bool answers)
    {
        answers = false;
        var (frames, before) = (0, buffer.Length);
        var found = FrameFound.Part;
        var good = true;
        while (good && (found = Frames.TryTake(ref buffer, Frames.LengthMax, out var kind, out var body)) == FrameFound.Whole)
        {
            if (kind is FrameKind.Message or FrameKind.LastPart) frames++;
            good = kind switch
            {
                FrameKind.Message => TakeMessage(body),
                FrameKind.Part => TakePart(body),
                FrameKind.LastPart => TakePart(body) && TakeGathered(),
                FrameKind.Ping => (answers = Answer(body, output)) || Reject(RejectionKind.Malformed),
                _ => Reject(RejectionKind.Malformed),
            };
        }

        if (found == FrameFound.Bad) good = Reject(RejectionKind.Oversized);
        peer.OnReceived(frames, before - buffer.Length);
        return good;
    }

    private static bool Answer(ReadOnlySequence<byte> body, PipeWriter output)
    {
        if (!Frames.TryReadPing(body, out var number)) return false;
        Frames.WritePing(output.GetSpan(Frames.PingLength), FrameKind.Pong, number);
        output.Advance(Frames.PingLength);
        return true;
    }

    // No peer sends a piece of nothing, and all pieces of a message together are no longer than a message may be.
    private bool TakePart(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty) return Reject(RejectionKind.Malformed);
        if (_parts.WrittenCount + body.Length >= Frames.LengthMax) return Reject(RejectionKind.Oversized);
        foreach (var piece in body) _parts.Write(piece.Span);
        return true;
    }

    private bool TakeGathered()
    {
        var good = TakeMessage(new ReadOnlySequence<byte>(_parts.WrittenMemory));
        if (_parts.Capacity > PartsKeptBytes) _parts = new ArrayBufferWriter<byte>(); // One long message must not keep its memory for good.
        else _parts.ResetWrittenCount();
        return good;
    }

    // False when the connection has to end.
    private bool TakeMessage(ReadOnlySequence<byte> body) => _taker.Take(body) != Taken.Broken;

    private bool Reject(RejectionKind kind) => _taker.Reject(kind) != Taken.Broken;
}
