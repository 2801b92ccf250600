using System.Buffers;
using System.Threading.Channels;
using KvStore.Protocol;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>
/// What came from one peer and is to be taken: messages are decoded and verified here, on the threads of the process, one envelope after the other. Whoever
/// brings an envelope does not wait for that, and what one peer sends keeps no more than one thread busy.
/// </summary>
internal sealed class EnvelopeInbox(EnvelopeCore core, ReplicaId from, PeerCounters counters)
{
    private readonly MessageTaker _taker = new(core.Groups, from, counters);
    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(core.Window.InboxMax) { SingleReader = true, AllowSynchronousContinuations = false });

    private long _bytes;

    /// <summary>Puts in an envelope that the peer has sealed. It is lost when there is no room.</summary>
    public void Add(ReadOnlyMemory<byte> envelope)
    {
        var before = Interlocked.Add(ref _bytes, envelope.Length) - envelope.Length;
        if ((before == 0 || before + envelope.Length <= core.Window.InboxBytesMax) && _waiting.Writer.TryWrite(envelope)) return;
        Interlocked.Add(ref _bytes, -envelope.Length);
        counters.OnDropped(DropKind.InboxFull);
    }

    /// <summary>Takes what comes, until <see cref="Close"/>.</summary>
    public async Task RunAsync()
    {
        try
        {
            await foreach (var envelope in _waiting.Reader.ReadAllAsync())
            {
                if (!counters.IsShutOut) TakeAll(SealedForm.FramesOf(envelope));
                Interlocked.Add(ref _bytes, -envelope.Length);
            }
        }
        catch (Exception broken) when (core.EndProcess(broken, from))
        {
            throw; // Never reached: the filter ends the process.
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    // What is left of an envelope after a broken frame is lost with it.
    private void TakeAll(ReadOnlyMemory<byte> frames)
    {
        var (buffer, taken, good) = (new ReadOnlySequence<byte>(frames), 0, true);
        while (good && !buffer.IsEmpty)
        {
            var found = Frames.TryTake(ref buffer, Frames.LengthMax, out var kind, out var body);
            if (found == FrameFound.Whole && kind == FrameKind.Message)
            {
                taken++;
                good = _taker.Take(body) != Taken.Broken;
            }
            else
            {
                _taker.Reject(RejectionKind.Malformed);
                good = false;
            }
        }

        counters.OnReceived(taken, frames.Length);
    }
}
