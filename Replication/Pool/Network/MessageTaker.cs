using System.Buffers;
using System.Buffers.Binary;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>What became of a message that a peer sent.</summary>
internal enum Taken
{
    /// <summary>It was delivered, told nothing new, or was for a group that is not attached here.</summary>
    Well,

    /// <summary>It was rejected, and the peer goes on.</summary>
    Rejected,

    /// <summary>It was rejected, and the peer is not to go on: it does not speak the protocol, or had too much rejected.</summary>
    Broken,
}

/// <summary>Decodes, verifies and delivers what one peer sends, on the caller's thread, whatever carried it.</summary>
/// <param name="groups">The groups that are attached here.</param>
/// <param name="from">The peer, as far as that is proven.</param>
/// <param name="counters">What is counted of it.</param>
internal sealed class MessageTaker(GroupTable groups, ReplicaId from, PeerCounters counters)
{
    /// <summary>Takes a message's frame body: the group's number, and the message.</summary>
    public Taken Take(ReadOnlySequence<byte> body)
    {
        if (body.Length < sizeof(uint)) return Reject(RejectionKind.Malformed);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        body.Slice(0, sizeof(uint)).CopyTo(number);
        if (groups.Find(new GroupId(BinaryPrimitives.ReadUInt32LittleEndian(number))) is not { } group)
        {
            counters.OnDropped(DropKind.UnknownGroup);
            return Taken.Well;
        }

        var message = Decode(body.Slice(sizeof(uint)), group.Verifier.Context, out var rejection);
        return message is null ? Reject(rejection, group) : Deliver(group, message, (int)body.Length);
    }

    /// <summary>Something of the peer is refused. Whoever sends bytes that are no message, or too many, does not speak the protocol: there is nothing to go on with.</summary>
    public Taken Reject(RejectionKind kind, AttachedGroup? group = null)
    {
        group?.Sink.OnRejected(kind, from);
        var within = counters.OnRejected(kind);
        return within && kind is not (RejectionKind.Malformed or RejectionKind.Oversized) ? Taken.Rejected : Taken.Broken;
    }

    // Most messages lie in one piece and are read where they lie. A message keeps nothing of the memory that it was read from.
    private static PeerMessage? Decode(ReadOnlySequence<byte> bytes, StatementContext context, out RejectionKind rejection)
    {
        if (bytes.IsSingleSegment) return MessageCodec.Decode(context, bytes.First, out rejection);
        var length = (int)bytes.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(whole);
        var message = MessageCodec.Decode(context, whole.AsMemory(0, length), out rejection);
        ArrayPool<byte>.Shared.Return(whole);
        return message;
    }

    private Taken Deliver(AttachedGroup group, PeerMessage received, int bytes)
    {
        if (group.Sink.Hear(from, received) is not { } message) return Taken.Well;
        switch (message)
        {
            case StatementMessage { Signed: Signed<Executed> executed }:
                group.Sink.OnExecuted(from, executed);
                return Taken.Well;
            case ReadIndexAnswer answer:
                group.Sink.OnReadIndexAnswer(from, answer);
                return Taken.Well;
            default:
                if (group.Sink.IsSettled(message)) return Taken.Well;
                if (!group.Verifier.TryVerify(message, out var verified, out var rejection)) return Reject(rejection, group);
                group.Sink.Deliver(from, verified, bytes);
                return Taken.Well;
        }
    }
}
