namespace KvStore.Protocol;

/// <summary>
/// What a replica has seen of another that a correct one hardly does, without proof for others: proof is evidence. Operators look at these; nothing is decided by them. Numbers
/// never change: from 100 on what was invalid, from 200 on what was late, from 300 on what was missing.
/// </summary>
public enum SuspicionKind
{
    /// <summary>See <see cref="RejectionKind.Malformed"/>.</summary>
    Malformed = 101,

    /// <summary>See <see cref="RejectionKind.Oversized"/>.</summary>
    Oversized = 102,

    /// <summary>See <see cref="RejectionKind.OtherContext"/>.</summary>
    OtherContext = 103,

    /// <summary>See <see cref="RejectionKind.UnknownSigner"/>.</summary>
    UnknownSigner = 104,

    /// <summary>See <see cref="RejectionKind.BadSignature"/>.</summary>
    BadSignature = 105,

    /// <summary>See <see cref="RejectionKind.BadCertificate"/>.</summary>
    BadCertificate = 106,

    /// <summary>See <see cref="RejectionKind.BadJustification"/>.</summary>
    BadJustification = 107,

    /// <summary>See <see cref="RejectionKind.WrongRole"/>.</summary>
    WrongRole = 108,

    /// <summary>See <see cref="RejectionKind.BadBatch"/>.</summary>
    BadBatch = 111,

    /// <summary>See <see cref="RejectionKind.Equivocation"/>.</summary>
    Equivocation = 113,

    /// <summary>As primary it let the time-out pass in which requests waited and none was executed.</summary>
    NoProgress = 201,

    /// <summary>As primary it served requests that came much later than one that waits.</summary>
    ClientStarved = 202,

    /// <summary>As primary of a new view it did not open it in time.</summary>
    NewViewLate = 203,

    /// <summary>As primary it delivered too little: the monitor complains.</summary>
    TooSlow = 204,

    /// <summary>As primary it did not let keys expire that were due.</summary>
    ExpiryLate = 205,

    /// <summary>It has not said for a while where it stands: it is down, cut off, or silent.</summary>
    Silent = 301,
}

/// <summary>Suspicions that follow from what was rejected.</summary>
public static class SuspicionKinds
{
    private const int Invalid = 100;

    /// <summary>What a rejection says of its sender, or null when correct replicas send such things too.</summary>
    public static SuspicionKind? Of(RejectionKind kind) => kind.ShowsFault() ? (SuspicionKind)(Invalid + (int)kind) : null;
}
