namespace KvStore.Protocol;

/// <summary>Why something that came from outside was dropped. Each is counted by kind and sender. protocol.md section 14.</summary>
public enum RejectionKind
{
    /// <summary>The bytes are not a message.</summary>
    Malformed = 1,

    /// <summary>A message, batch or request is over its limit.</summary>
    Oversized,

    /// <summary>A statement of another cluster, group or epoch.</summary>
    OtherContext,

    /// <summary>The signer is not a member.</summary>
    UnknownSigner,

    /// <summary>A signature does not verify.</summary>
    BadSignature,

    /// <summary>A certificate has too few signers, or a wrong one.</summary>
    BadCertificate,

    /// <summary>A ViewChange or NewView contradicts itself, or does not follow from what it carries.</summary>
    BadJustification,

    /// <summary>Signed by someone who does not have that role in that view.</summary>
    WrongRole,

    /// <summary>A view that has passed, or that is not open here.</summary>
    WrongView,

    /// <summary>A position outside the watermarks.</summary>
    OutOfWindow,

    /// <summary>A batch that does not have the digest it is sent under, or repeats a request.</summary>
    BadBatch,

    /// <summary>A proposal whose time is too far from the clock, or before its predecessor's.</summary>
    BadTime,

    /// <summary>A statement that contradicts an earlier one of its signer.</summary>
    Equivocation,

    /// <summary>The sender asks or sends more than its share.</summary>
    OverQuota,

    /// <summary>Something that nobody asked for.</summary>
    Unsolicited,

    /// <summary>A client's key that has no rights here.</summary>
    UnknownClient,

    /// <summary>A request that has expired.</summary>
    Expired,
}

/// <summary>What a rejection says of its sender.</summary>
public static class RejectionKinds
{
    /// <summary>
    /// Whether no correct replica ever sends or signs what is rejected so. The other kinds also befall those who are ahead, behind, late, or whose clock differs from this one's.
    /// </summary>
    public static bool ShowsFault(this RejectionKind kind) => kind is RejectionKind.Malformed or RejectionKind.Oversized or RejectionKind.OtherContext
        or RejectionKind.UnknownSigner or RejectionKind.BadSignature or RejectionKind.BadCertificate or RejectionKind.BadJustification or RejectionKind.WrongRole
        or RejectionKind.BadBatch or RejectionKind.Equivocation;
}
