namespace KvStore.Protocol;

/// <summary>
/// How a monitored primary is judged. The names are those of RBFT (Aublin et al., ICDCS '13) and Plenum; what each is compared with here is in docs/divergence.md.
/// All replicas of a group use the same: it is part of the genesis.
/// </summary>
public sealed record MonitorConfig
{
    /// <summary>Delta: the clients, in percent, that the primary must serve within Lambda, at least.</summary>
    public int DeltaPercent { get; init; } = 50;

    /// <summary>Lambda: how long a client's requests may take on average, in percent of what the backups need for one exchange of votes.</summary>
    public int LambdaPercent { get; init; } = 500;

    /// <summary>Omega: how long one client's requests may take on average after they were passed on, in percent of what the other clients' take.</summary>
    public int OmegaPercent { get; init; } = 400;

    /// <summary>What is added to both bounds, in ticks: a machine's ordinary pauses are nobody's fault.</summary>
    public ulong SlackTicks { get; init; } = 4;

    /// <summary>How long a window lasts, at least.</summary>
    public ulong WindowTicks { get; init; } = 100;

    /// <summary>Requests that must have been executed in a window before it says anything.</summary>
    public int SamplesMin { get; init; } = 4;

    /// <summary>By how many the degraded windows must outnumber the good ones before a replica complains.</summary>
    public int DegradedWindows { get; init; } = 3;

    /// <summary>How long a primary is left alone after its view has opened, or its replica has caught up.</summary>
    public ulong GraceTicks { get; init; } = 100;

    /// <summary>How often a primary that was voted out doubles the windows that the next one has.</summary>
    public int PatienceDoublingsMax { get; init; } = 8;
}
