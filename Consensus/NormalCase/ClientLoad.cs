using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>What waits of one client.</summary>
internal sealed class ClientLoad(PublicKey key)
{
    public PublicKey Key { get; } = key;

    /// <summary>Its requests that wait for execution, in the order in which they came.</summary>
    public LinkedList<RequestPool.Entry> Waiting { get; } = [];

    /// <summary>The first of them whose turn has not come; null when all have it.</summary>
    public LinkedListNode<RequestPool.Entry>? Behind { get; set; }

    /// <summary>Their weight, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>What it costs to serve all of them (<see cref="FairTurns"/>).</summary>
    public long Cost { get; set; }

    /// <summary>What it costs to serve those whose turn has come.</summary>
    public long DueCost { get; set; }

    /// <summary>How many those are.</summary>
    public int DueCount { get; set; }

    /// <summary>Since when nothing of it waits, while that is remembered.</summary>
    public ulong IdleSinceTick { get; set; }

    public LinkedListNode<ClientLoad>? IdleNode { get; set; }

    /// <summary>When a request of it was last executed that was not the next one here: others were ahead of it here, or it came late.</summary>
    public Moment? OvertookItself { get; set; }
}
