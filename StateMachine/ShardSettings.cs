using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What all replicas of a shard must have been told alike; its digest is in the state.</summary>
internal sealed class ShardSettings
{
    private const int ResultOverheadBytesMax = OperationResult.EncodedBytesMax - Operation.BodyBytesMax - 1024;

    /// <summary>Checks the limits and keeps all three.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A result within the limits could not be encoded.</exception>
    public ShardSettings(StateLimits limits, ClientPolicy clients, ShardPartition partition)
    {
        RequireGood(limits);
        (Limits, Clients, Partition) = (limits, clients, partition);
    }

    /// <summary>The limits of the state.</summary>
    public StateLimits Limits { get; }

    /// <summary>Whose requests are executed.</summary>
    public ClientPolicy Clients { get; }

    /// <summary>Which keys belong to the shard.</summary>
    public ShardPartition Partition { get; }

    // Whatever the limits admit must fit into a result, or a result that was kept could not be read again.
    private static void RequireGood(StateLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.KeyBytesMax, Operation.TextBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ContentTypeBytesMax, Operation.TextBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ValueBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.ListPageBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.BatchBytesMax, Operation.BodyBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)limits.OperationsMax * StepResults.StepBytes, ResultOverheadBytesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.OperationsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.KeyBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.ListPageMax, 1);
    }
}
