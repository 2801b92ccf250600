using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Pool.Network;

/// <summary>Sends for one group. A message for all is encoded once, and its bytes wait in all queues.</summary>
internal sealed class GroupTransport(NetworkCore core, GroupId group, StatementContext context) : IPeerTransport
{
    private const int WriterBytesMax = 1024 * 1024;

    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <inheritdoc/>
    public void Send(ReplicaId to, PeerMessage message)
    {
        if (core.TryFindPeer(to) is not { } peer) return;
        if (!peer.Queue.IsOpen) peer.OnDropped(DropKind.NotConnected);
        else if (TryEncode(message) is { } frame) peer.Queue.Add(SendQueue.LaneOf(message), frame);
        else peer.OnDropped(DropKind.TooLong);
    }

    /// <inheritdoc/>
    public void Broadcast(PeerMessage message)
    {
        var lane = SendQueue.LaneOf(message);
        byte[]? frame = null;
        foreach (var peer in core.Peers)
        {
            if (!peer.Queue.IsOpen) peer.OnDropped(DropKind.NotConnected);
            else if ((frame ??= TryEncode(message)) is { } encoded) peer.Queue.Add(lane, encoded);
            else peer.OnDropped(DropKind.TooLong);
        }
    }

    // Null when it is longer than a peer would take.
    private byte[]? TryEncode(PeerMessage message)
    {
        var writer = _writer ?? new CanonicalWriter();
        writer.Clear();
        Frames.Begin(writer, FrameKind.Message);
        writer.UInt32(group.Number);
        MessageCodec.Encode(writer, context, message);
        _writer = writer.Length <= WriterBytesMax ? writer : null; // One long message must not keep its memory for good.
        return writer.Length - Frames.MessageHeaderLength <= MessageCodec.BytesMax ? Frames.End(writer) : null;
    }
}
