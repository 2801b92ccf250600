namespace KvStore.Consensus.NormalCase;

/// <summary>What waits of one client.</summary>
internal sealed class ClientLoad
{
    /// <summary>Its requests that wait for execution.</summary>
    public int Waiting { get; set; }

    /// <summary>Their weight, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>When a request of it was executed last, as long as others have been waiting since.</summary>
    public ulong ServedTick { get; set; }

    /// <summary>The oldest of its requests, when it was last looked for, and since when it had been that.</summary>
    public (RequestPool.Entry Entry, ulong SinceTick)? Head { get; set; }

    /// <summary>When its oldest request was last looked for.</summary>
    public ulong LookedAtTick { get; set; }

    /// <summary>How many of its requests have had their turn in the batch that is being put together.</summary>
    public int Turns { get; set; }
}
