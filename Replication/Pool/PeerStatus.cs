using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>Why a well-formed message was lost between two nodes. Retransmission by status brings again what matters.</summary>
public enum DropKind
{
    /// <summary>To be sent, and there was no connection.</summary>
    NotConnected,

    /// <summary>The oldest of too many votes and questions that waited to be sent.</summary>
    VotesFull,

    /// <summary>The oldest of too many bodies and batches that waited to be sent.</summary>
    BodiesFull,

    /// <summary>The oldest of too many chunks of snapshots that waited to be sent.</summary>
    SnapshotsFull,

    /// <summary>Longer than any peer would take.</summary>
    TooLong,

    /// <summary>Received for a group that is not attached here, or not yet.</summary>
    UnknownGroup,

    /// <summary>Received faster than it was checked.</summary>
    InboxFull,
}

/// <summary>Why a connection was refused before anything on it was believed.</summary>
public enum RefusalKind
{
    /// <summary>There was no TLS 1.3 handshake with a certificate that this node takes, or it took too long.</summary>
    Tls,

    /// <summary>The other side did not introduce itself in time.</summary>
    TooSlow,

    /// <summary>The other side closed before it had introduced itself.</summary>
    Closed,

    /// <summary>What came was not an introduction.</summary>
    Malformed,

    /// <summary>A node of another cluster.</summary>
    OtherCluster,

    /// <summary>From nobody that is a peer here, or meant for another node.</summary>
    WrongNode,

    /// <summary>Not signed by the node's key for this very connection: another key, or a repeated introduction.</summary>
    WrongKey,

    /// <summary>A peer that had too much rejected and is shut out for a time.</summary>
    ShutOut,

    /// <summary>One of too many connections that had not introduced themselves: the oldest goes first.</summary>
    Crowded,

    /// <summary>One of too many TLS handshakes in a short time, with nobody who is known to be a peer.</summary>
    Hasty,
}

/// <summary>How it stands between this node and one peer. The counts are since this node's start.</summary>
public sealed record PeerStatus
{
    /// <summary>The peer.</summary>
    public required ReplicaId Peer { get; init; }

    /// <summary>Where it is dialled.</summary>
    public required string Address { get; init; }

    /// <summary>Whether this node has a connection to send to it.</summary>
    public required bool Sending { get; init; }

    /// <summary>Whether it has a connection to send to this node.</summary>
    public required bool Receiving { get; init; }

    /// <summary>Whether messages go both ways.</summary>
    public bool Connected => Sending && Receiving;

    /// <summary>Messages that were sent to it.</summary>
    public required long FramesOut { get; init; }

    /// <summary>Bytes that were sent to it, before encryption.</summary>
    public required long BytesOut { get; init; }

    /// <summary>Messages that came from it.</summary>
    public required long FramesIn { get; init; }

    /// <summary>Bytes that came from it, after decryption.</summary>
    public required long BytesIn { get; init; }

    /// <summary>Bytes that wait to be sent to it.</summary>
    public required long BytesQueued { get; init; }

    /// <summary>What was lost on the way, by kind; kinds that never happened are left out.</summary>
    public required IReadOnlyDictionary<DropKind, long> Dropped { get; init; }

    /// <summary>What it sent and was refused, by kind; kinds that never happened are left out.</summary>
    public required IReadOnlyDictionary<RejectionKind, long> Rejected { get; init; }

    /// <summary>Whether it had too much rejected and is shut out at present.</summary>
    public required bool ShutOut { get; init; }

    /// <summary>When something last came from it; null when nothing ever did.</summary>
    public required DateTimeOffset? LastSeen { get; init; }

    /// <summary>How long its last answer to a ping took; null when there was none.</summary>
    public required TimeSpan? RoundTrip { get; init; }

    /// <summary>How often a connection to it was made.</summary>
    public required long Connects { get; init; }
}
