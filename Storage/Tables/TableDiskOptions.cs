namespace KvStore.Storage.Tables;

/// <summary>How a disk in tables and blobs is used.</summary>
public sealed record TableDiskOptions
{
    /// <summary>
    /// How long a claimant looks at a lease that nobody gave up before it takes it. A holder that commits, or calls <see cref="TableDisk.Renew"/>,
    /// within that time keeps it. Only who has to wait depends on it: a holder that was replaced is refused by the service, however late it comes.
    /// Zero, for tests: it is taken at once, and a holder's word for it says nothing.
    /// </summary>
    public TimeSpan ObserveFor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a holder takes its word for it that it holds the lease, after it last showed that it does: less than <see cref="ObserveFor"/>, by more than clocks
    /// go apart in that time. Writing does not depend on it.
    /// </summary>
    public TimeSpan HeldFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measures that time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How often a request is sent before the disk counts as failed.</summary>
    public int TriesMax { get; init; } = 8;

    /// <summary>The pause before the second try; it doubles with every further one, up to <see cref="PauseMax"/>.</summary>
    public TimeSpan PauseFirst { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause, also when the service asks for a longer one.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Lets time pass on the caller's thread.</summary>
    public Action<TimeSpan> Wait { get; init; } = Thread.Sleep;

    /// <summary>Who holds the lease, for people.</summary>
    public string Holder { get; init; } = $"{Environment.MachineName}/{Environment.ProcessId}";
}
