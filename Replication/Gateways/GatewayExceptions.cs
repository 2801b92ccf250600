using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>A shard can't answer now. Nothing says that the operation was applied or not, unless a subclass does.</summary>
public abstract class ShardUnavailableException(string message) : Exception(message)
{
    /// <summary>After how long it is worth trying again.</summary>
    public abstract TimeSpan RetryAfter { get; }
}

/// <summary>Too few replicas answer for the shard to order or to read anything. For an ordered request the outcome is unknown until it is tried again.</summary>
public sealed class NoQuorumException(string message) : ShardUnavailableException(message)
{
    /// <inheritdoc/>
    public override TimeSpan RetryAfter => TimeSpan.FromSeconds(1);
}

/// <summary>The replica of this node lags behind the others, or has not started: another node can answer. Nothing was passed on, so nothing was applied.</summary>
public sealed class CatchingUpException(string message) : ShardUnavailableException(message)
{
    /// <summary>The replica has no state of the shard, and reads none to anybody.</summary>
    public static CatchingUpException WithoutState(GroupId shard) => new($"This node's replica of shard {shard.Number} has no state yet, and fetches it from the others.");

    /// <inheritdoc/>
    public override TimeSpan RetryAfter => TimeSpan.FromSeconds(1);
}

/// <summary>Too many requests wait. This one was not taken, so it was not applied.</summary>
public class ShardBusyException(string message) : ShardUnavailableException(message)
{
    /// <inheritdoc/>
    public override TimeSpan RetryAfter => TimeSpan.FromSeconds(1);
}

/// <summary>Too many requests of one client wait, and those of others are taken. This one was not, so it was not applied.</summary>
public sealed class ClientBusyException(string message) : ShardBusyException(message);

/// <summary>The answer did not come in time: the request may have been applied, or may yet be. Sending the same bytes again is safe.</summary>
public sealed class OutcomeUnknownException(Digest request)
    : ShardUnavailableException("The answer did not come in time. The request may have been applied; sending the same bytes again is safe.")
{
    /// <summary>The request's digest.</summary>
    public Digest Request { get; } = request;

    /// <inheritdoc/>
    public override TimeSpan RetryAfter => TimeSpan.FromSeconds(1);
}
