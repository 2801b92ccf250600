using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus;

/// <summary>What happens to a replica. Everything that the core knows of the world comes in as one of these.</summary>
public abstract record Input;

/// <summary>The replica's host is ready: the first input of a run.</summary>
/// <param name="Nonce">A number that no other run has, so that answers of peers are known to be meant for this one.</param>
/// <param name="StateIsMissing">
/// Whether the log is whole and the state of its stable checkpoint is not there: what was said is known, and the state is fetched before anything is executed.
/// </param>
public sealed record Started(ulong Nonce, bool StateIsMissing = false) : Input;

/// <summary>One tick of the host's clock has passed (<see cref="ConsensusConfig.TickMilliseconds"/>). The wall clock may jump; ticks only count.</summary>
public sealed record Tick(Timestamp Now) : Input;

/// <summary>The host has no further input right now: the moment to propose what has gathered.</summary>
public sealed record InputsDrained : Input;

/// <summary>The body of a client's request, from this node's own gateway (<paramref name="From"/> is null) or from a peer.</summary>
/// <param name="From">The peer that sent it.</param>
/// <param name="Request">The request.</param>
/// <param name="AlreadyExecuted">Whether the state shows it executed: then its body is taken only if a slot lacks it.</param>
public sealed record RequestReceived(ReplicaId? From, VerifiedRequest Request, bool AlreadyExecuted) : Input;

/// <summary>A message from a peer, or this replica's own statement coming back to it.</summary>
public sealed record MessageReceived(ReplicaId From, VerifiedMessage Message) : Input;

/// <summary>The replica's node is about to stop on purpose: whatever view it leads, another replica had better lead.</summary>
public sealed record Retire : Input;

/// <summary>The snapshot asked for by <see cref="TakeSnapshot"/> is at hand, and these are its roots.</summary>
public sealed record SnapshotReady(SequenceNumber Sequence, Digest StateRoot, Digest LedgerRoot) : Input;

/// <summary>A chunk of the snapshot that is being fetched has been verified and kept; everything before <paramref name="CoveredUpTo"/> in its range is covered.</summary>
public sealed record ChunkAdded(Digest Start, Digest CoveredUpTo, bool ToTheEnd) : Input;

/// <summary>A chunk did not verify, or its sender does not hold that state.</summary>
public sealed record ChunkRefused(ReplicaId From, Digest Start, bool Missing) : Input;

/// <summary>These requests, of those that wait, were executed in an earlier run: the state shows it.</summary>
public sealed record RequestsFoundExecuted(ImmutableArray<Digest> Requests) : Input;

/// <summary>The state has become another, and with it the batch time from which on its first key expires; null when none does.</summary>
public sealed record NextExpiryChanged(Timestamp? Due) : Input;

/// <summary>The fetched snapshot is complete, and is the replica's state now.</summary>
/// <param name="Certificate">The checkpoint whose state it is.</param>
/// <param name="Time">The time of the last batch in it.</param>
/// <param name="ExecutedRequests">Those of <see cref="Replica.PendingRequests"/> that the state shows executed.</param>
public sealed record SnapshotInstalled(QuorumCertificate<Checkpoint> Certificate, Timestamp Time, ImmutableArray<Digest> ExecutedRequests) : Input;
