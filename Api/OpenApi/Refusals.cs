using KvStore.Api.Problems;

namespace KvStore.Api.OpenApi;

/// <summary>What groups of operations are refused for alike.</summary>
internal static class Refusals
{
    /// <summary>What is wrong with the request before it is asked what it means.</summary>
    private static readonly ProblemKind[] _target =
    [
        ProblemKinds.BadTarget, ProblemKinds.BadHeader, ProblemKinds.UnknownParameter, ProblemKinds.RepeatedParameter, ProblemKinds.BadParameter,
        ProblemKinds.UnsupportedParameter, ProblemKinds.UnexpectedHeader, ProblemKinds.SignatureRequired, ProblemKinds.SignatureProfile,
        ProblemKinds.SignatureTimes, ProblemKinds.WrongCluster, ProblemKinds.BadSignature, ProblemKinds.Bundles,
    ];

    private static readonly ProblemKind[] _key = [ProblemKinds.BadKey, ProblemKinds.EmptyKey, ProblemKinds.KeyTooLong];

    private static readonly ProblemKind[] _shard = [ProblemKinds.NoQuorum, ProblemKinds.CatchingUp, ProblemKinds.Busy, ProblemKinds.OutcomeUnknown];

    /// <summary>What anything that is ordered may be refused for.</summary>
    private static readonly ProblemKind[] _ordered =
    [
        .. _target, .. _shard, ProblemKinds.CrossOrigin, ProblemKinds.NonceStale, ProblemKinds.NonceConflict, ProblemKinds.RequestExpired,
        ProblemKinds.TooManySessions, ProblemKinds.TooManyRequests, ProblemKinds.ClientNotAdmitted, ProblemKinds.WrongShard,
    ];

    private static readonly ProblemKind[] _body = [ProblemKinds.BadContentEncoding, ProblemKinds.BadContentDigest, ProblemKinds.ContentTypeTooLong, ProblemKinds.ValueTooLarge];

    /// <summary>Reads of a key.</summary>
    public static ProblemKind[] Get { get; } =
    [
        .. _ordered.Except([ProblemKinds.CrossOrigin]), .. _key, ProblemKinds.UnexpectedBody, ProblemKinds.BadPrecondition, ProblemKinds.BadRange, ProblemKinds.NotFound,
        ProblemKinds.PreconditionFailed, ProblemKinds.RangeNotSatisfiable,
    ];

    /// <summary>Asking what became of a request.</summary>
    public static ProblemKind[] Outcome { get; } = [.. _target.Except([ProblemKinds.UnknownParameter, ProblemKinds.RepeatedParameter]), ProblemKinds.NoQuorum];

    /// <summary>Writes of a key without a body.</summary>
    public static ProblemKind[] Delete { get; } =
        [.. _ordered, .. _key, ProblemKinds.BadPrecondition, ProblemKinds.UnexpectedBody, ProblemKinds.NotFound, ProblemKinds.PreconditionFailed];

    /// <summary>Writes of a key with a body.</summary>
    public static ProblemKind[] Write { get; } = [.. _ordered, .. _key, .. _body, ProblemKinds.BadPrecondition, ProblemKinds.PreconditionFailed];

    /// <summary>Keeping a slice.</summary>
    public static ProblemKind[] Slice { get; } =
        [.. Write, ProblemKinds.NotFound, ProblemKinds.BadContentType, ProblemKinds.BadSlice, ProblemKinds.SliceOutside];

    /// <summary>Lists.</summary>
    public static ProblemKind[] List { get; } =
        [.. _ordered.Except([ProblemKinds.CrossOrigin]), ProblemKinds.KeyTooLong, ProblemKinds.UnexpectedBody, ProblemKinds.ListingGone];

    /// <summary>Transactions.</summary>
    public static ProblemKind[] Transaction { get; } =
    [
        .. _ordered, .. _key, .. _body, ProblemKinds.BadContentType, ProblemKinds.BadRange, ProblemKinds.BadTransaction, ProblemKinds.BatchTooLarge,
        ProblemKinds.AnswerTooLarge, ProblemKinds.TooManyOperations, ProblemKinds.CrossShard, ProblemKinds.NotFound, ProblemKinds.PreconditionFailed, ProblemKinds.RangeNotSatisfiable,
        ProblemKinds.SliceOutside,
    ];

    /// <summary>Batches.</summary>
    public static ProblemKind[] Batch { get; } =
    [
        .. _ordered, .. _key, .. _body, ProblemKinds.BadContentType, ProblemKinds.BadRange, ProblemKinds.BadBatch, ProblemKinds.BatchTooLarge,
        ProblemKinds.TooManyOperations,
    ];
}
