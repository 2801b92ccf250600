using KvStore.Protocol;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Pool.Network;

/// <summary>Sends for one group. A message for all is encoded once, and its bytes wait in all queues.</summary>
/// <param name="lines">Where each node is sent to, by id; null for this node itself.</param>
/// <param name="group">The group.</param>
/// <param name="context">What its statements are bound to.</param>
internal sealed class GroupTransport(IReadOnlyList<ISendLine?> lines, GroupId group, StatementContext context) : IPeerTransport
{
    private const int WriterBytesMax = 1024 * 1024;

    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <inheritdoc/>
    public void Send(ReplicaId to, PeerMessage message)
    {
        if (to.Index >= lines.Count || lines[to.Index] is not { } line) return;
        if (!line.Queue.IsOpen) line.OnDropped(DropKind.NotConnected);
        else if (TryEncode(message) is { } frame) line.Queue.Add(SendQueue.LaneOf(message), frame);
        else line.OnDropped(DropKind.TooLong);
    }

    /// <inheritdoc/>
    public void Broadcast(PeerMessage message)
    {
        var lane = SendQueue.LaneOf(message);
        byte[]? frame = null;
        foreach (var line in lines)
        {
            if (line is null) continue;
            if (!line.Queue.IsOpen) line.OnDropped(DropKind.NotConnected);
            else if ((frame ??= TryEncode(message)) is { } encoded) line.Queue.Add(lane, encoded);
            else line.OnDropped(DropKind.TooLong);
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
