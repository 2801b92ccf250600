using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus;

/// <summary>What a replica wants done. The driver carries effects out in the order of the list.</summary>
public abstract record Effect;

/// <summary>Write the record down: durable before any later effect leaves the replica.</summary>
public sealed record Persist(LogRecord Record) : Effect;

/// <summary>Write the record down, behind those before it: durable with the next <see cref="Persist"/>. Nothing that leaves before rests on it.</summary>
public sealed record PersistLater(LogRecord Record) : Effect;

/// <summary>Sign the statement and send it to all; the replica gets its own back as an input.</summary>
public sealed record Broadcast(Statement Statement) : Effect;

/// <summary>Sign the PrePrepare and send it with its batch to all; the replica gets its own back as an input.</summary>
public sealed record BroadcastProposal(PrePrepare PrePrepare, Batch Batch) : Effect;

/// <summary>Send a message to one peer.</summary>
public sealed record Send(ReplicaId To, PeerMessage Message) : Effect;

/// <summary>Send a message to all peers.</summary>
public sealed record SendToAll(PeerMessage Message) : Effect;

/// <summary>Apply the batch to the state, and say what came of it to the peers in <paramref name="Audience"/>. It is committed, as the certificate shows.</summary>
/// <param name="Sequence">Its position.</param>
/// <param name="Certificate">The certificate.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Requests">The bodies of its requests.</param>
/// <param name="Audience">The replicas whose gateways passed on one of the requests, as far as this one knows: clients wait there.</param>
public sealed record Execute(
    SequenceNumber Sequence, QuorumCertificate<Commit> Certificate, Batch Batch, ImmutableArray<VerifiedRequest> Requests, ReplicaSet Audience) : Effect;

/// <summary>Keep the state as it is now, at this position, and say its roots with <see cref="SnapshotReady"/>.</summary>
public sealed record TakeSnapshot(SequenceNumber Sequence) : Effect;

/// <summary>The checkpoint is stable: these records and its snapshot replace the log, which may be needed until the snapshot is durable. Older snapshots may go then.</summary>
public sealed record Stabilize(QuorumCertificate<Checkpoint> Certificate, ImmutableArray<LogRecord> LiveRecords) : Effect;

/// <summary>Begin to assemble the state of this checkpoint; drops an assembly under way.</summary>
public sealed record AssembleSnapshot(QuorumCertificate<Checkpoint> Certificate) : Effect;

/// <summary>Verify this chunk of the state that is being assembled, and say what it covers.</summary>
public sealed record AddChunk(ReplicaId From, SequenceNumber Checkpoint, Digest Start, ReadOnlyMemory<byte> Content) : Effect;

/// <summary>Answer a peer's question for a part of a checkpoint's state.</summary>
public sealed record ServeChunk(ReplicaId To, SequenceNumber Checkpoint, Digest From) : Effect;

/// <summary>Two statements of one signer contradict each other: keep both as evidence.</summary>
public sealed record ReportEquivocation(Signed Earlier, Signed Later) : Effect;

/// <summary>A peer holds a statement of this replica that its log does not know: the log is older than what was said, and the replica rejoins. For operators.</summary>
public sealed record FoundForgotten(Signed Statement) : Effect;

/// <summary>A message was dropped: count it by kind and sender.</summary>
public sealed record Reject(RejectionKind Kind, ReplicaId From) : Effect;

/// <summary>A replica does what a correct one hardly does. For operators.</summary>
public sealed record ReportSuspicion(SuspicionKind Kind, ReplicaId Of) : Effect;

/// <summary>A client's request was not taken because too many wait.</summary>
public sealed record RefuseRequest(Digest Request) : Effect;

/// <summary>The replica moved to another view, or opened it. For operators.</summary>
public sealed record ViewChanged(View View, bool Active) : Effect;
