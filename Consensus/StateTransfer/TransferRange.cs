using KvStore.Protocol;

namespace KvStore.Consensus.StateTransfer;

/// <summary>One part of the key space in a state transfer: what is covered of it, and who was asked for the next chunk.</summary>
internal sealed class TransferRange
{
    private readonly Digest? _end;

    /// <summary>Range <paramref name="index"/> of <paramref name="count"/> equal ones; the count divides 256.</summary>
    public TransferRange(int index, int count)
    {
        var width = 256 / count;
        Next = At(index * width);
        _end = index + 1 == count ? null : At((index + 1) * width);
    }

    /// <summary>Where the next chunk starts.</summary>
    public Digest Next { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>When the next chunk was asked for; null when it was not.</summary>
    public ulong? AskedTick { get; private set; }

    /// <summary>Who was asked last.</summary>
    public ReplicaId Asked { get; private set; }

    public bool IsAsked(ReplicaId peer, Digest start) => AskedTick is not null && Asked == peer && Next == start;

    public void Ask(ReplicaId peer, ulong tick)
    {
        Asked = peer;
        AskedTick = tick;
    }

    public void Release() => AskedTick = null;

    public void Advance(Digest coveredUpTo, bool toTheEnd)
    {
        AskedTick = null;
        IsDone = toTheEnd || (_end is { } end && coveredUpTo.CompareTo(end) >= 0);
        Next = coveredUpTo;
    }

    private static Digest At(int firstByte)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        bytes.Clear();
        bytes[0] = (byte)firstByte;
        return Digest.Read(bytes);
    }
}
