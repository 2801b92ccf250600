using System.Collections.Immutable;

namespace KvStore.StateMachine;

/// <summary>One comparison of a transaction; what is not null must hold, and at least one thing is not null.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision at which the key last changed; 0 for a key that must be absent.</param>
/// <param name="Exists">Whether the key must be there.</param>
/// <param name="Value">The value that the key must have.</param>
public sealed record Comparison(Key Key, ulong? Revision, bool? Exists, ReadOnlyMemory<byte>? Value);

/// <summary>
/// Carries out all commands of one branch, or none of them: <c>POST /v1/txn</c>. All keys belong to one shard. What is applied is one change: every key
/// that it touches gets the same revision.
/// </summary>
/// <param name="If">What decides the branch: all of them, on the state before the transaction.</param>
/// <param name="Then">Carried out, in order, when all comparisons hold. Their conditions are none: <see cref="Preconditions.None"/>.</param>
/// <param name="Else">Carried out, in order, when one does not.</param>
public sealed record TransactionCommand(ImmutableArray<Comparison> If, ImmutableArray<KeyCommand> Then, ImmutableArray<KeyCommand> Else) : Command(IsRead: false);

/// <summary>
/// Carries out independent commands, in order, each with a result and a revision of its own: <c>POST /v1/batch</c>. The request is ordered on every shard
/// that one of its keys belongs to, and each shard carries out what belongs to it.
/// </summary>
/// <param name="Operations">The commands, with their conditions.</param>
public sealed record BatchCommand(ImmutableArray<KeyCommand> Operations) : Command(IsRead: false);
