namespace KvStore.Client;

/// <summary>What became of one step.</summary>
public sealed record StepResult
{
    /// <summary>The step: <c>put</c>, <c>append</c>, <c>slice</c>, <c>delete</c> or <c>get</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The key.</summary>
    public required KvKey Key { get; init; }

    /// <summary>How it ended: <c>ok</c>, <c>created</c>, <c>not-found</c>, <c>not-modified</c>, or <c>error</c> with a <see cref="Problem"/>.</summary>
    public string? Status { get; init; }

    /// <summary>Why it was refused; null when it was done. Of batches only.</summary>
    public Problem? Problem { get; init; }

    /// <summary>The revision at which the key last changed; of a deletion, the shard's; null when there is no such key.</summary>
    public ulong? Revision { get; init; }

    /// <summary>The shard; null when all results come from one, which the answer names.</summary>
    public uint? Shard { get; init; }

    /// <summary>The key's entity tag; null when it is absent.</summary>
    public ETag? ETag { get; init; }

    /// <summary>Where the appended bytes, or those that were read, begin.</summary>
    public long Offset { get; init; }

    /// <summary>The length of the whole value, in bytes.</summary>
    public long Length { get; init; }

    /// <summary>The value that was read; null when none was.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>What the value is.</summary>
    public string? ContentType { get; init; }

    /// <summary>When the key expires; null when it does not.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>What became of a transaction.</summary>
/// <param name="Succeeded">Whether all comparisons held, so that the steps of <c>then</c> were done.</param>
/// <param name="Revision">The shard's revision after it.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Results">A result for each step that was done, in order.</param>
/// <param name="Replayed">Whether this is the first result again, because an earlier attempt had been applied.</param>
public sealed record TransactionResult(bool Succeeded, ulong Revision, uint Shard, IReadOnlyList<StepResult> Results, bool Replayed)
{
    /// <summary>The whole answer, as JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>What became of a batch.</summary>
/// <param name="Results">A result for each step, in order; some may have been refused.</param>
/// <param name="Replayed">Whether this is the first result again, because an earlier attempt had been applied.</param>
public sealed record BatchResult(IReadOnlyList<StepResult> Results, bool Replayed)
{
    /// <summary>What names the request, to ask what became of a step whose outcome is unknown; null when it was not signed.</summary>
    public RequestId? Request { get; init; }

    /// <summary>The whole answer, as JSON, as the gateway gave it.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }
}
