using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>The answer to an ordered request: at least w replicas said the same.</summary>
/// <param name="Request">The request's digest.</param>
/// <param name="Result">What came out.</param>
/// <param name="Replayed">Whether the request had been executed before, and this is its first result.</param>
/// <param name="Sequence">The position of the batch that executed it; for a replay that was answered from the state, the state's position.</param>
public sealed record GatewayAnswer(Digest Request, OperationResult Result, bool Replayed, SequenceNumber Sequence);

/// <summary>What is known of a nonce.</summary>
/// <param name="Time">The time that the last batch saw.</param>
/// <param name="Request">The digest of what was executed under it.</param>
/// <param name="Result">Its result; null when nothing was executed, or it is not kept any more.</param>
public readonly record struct ResultLookup(Timestamp Time, Digest Request, OperationResult? Result);
