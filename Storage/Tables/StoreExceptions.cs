namespace KvStore.Storage.Tables;

/// <summary>The service said no. Nothing was done.</summary>
public sealed class StoreRefusedException : IOException
{
    /// <summary>The service said no.</summary>
    /// <param name="status">Its status, as HTTP numbers them: 404 not there, 409 there already, 412 another version, 413 too large.</param>
    /// <param name="code">Its own word for it.</param>
    public StoreRefusedException(int status, string code)
        : base($"The service answered {status} {code}.") => Status = status;

    /// <summary>The status.</summary>
    public int Status { get; }

    /// <summary>Whether the state is not what the request rests on.</summary>
    public bool IsConflict => Status is 404 or 409 or 412;
}

/// <summary>No answer that settles anything: the service is busy, or failed, or can't be reached. It may have done what was asked, or do it later.</summary>
public sealed class StoreUnavailableException : IOException
{
    /// <summary>No answer that settles anything.</summary>
    /// <param name="message">What came instead.</param>
    /// <param name="retryAfter">How long the service asks to be left alone.</param>
    /// <param name="inner">What was thrown.</param>
    public StoreUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>How long the service asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}

/// <summary>The tables or blobs hold something else than was committed there. Nothing was changed.</summary>
public sealed class TableDamagedException : DiskDamagedException
{
    /// <summary>Something is damaged or missing.</summary>
    public TableDamagedException(string where, long offset, string what)
        : base(where, offset, what, $"""
            What the replica stored is damaged: {where}, at byte {offset}: {what}
            Do not edit rows or blobs. Give this replica a new, empty partition and container (keep the old ones to look at), and start it as one that lost its disk: it fetches what it lacks from the others and votes for nothing before it has caught up. Never do so with more replicas at once than the group tolerates as faulty.
            """)
    {
    }
}
