using System.Collections.Frozen;
using KvStore.StateMachine;

namespace KvStore.Api.Problems;

/// <summary>All kinds of problems that are served, with their HTTP status. http-api.md section 2.</summary>
internal static class ProblemKinds
{
    public static readonly ProblemKind BadTarget = new("bad-target", 400, "The request's target is not visible ASCII, or is too long.");
    public static readonly ProblemKind BadHeader = new("bad-header", 400, "A header's value is not printable ASCII, or is too long.");
    public static readonly ProblemKind BadBody = new("bad-body", 400, "The body is not what this request takes.");
    public static readonly ProblemKind BadKey = new(ParseErrors.BadKey, 400, "The key is malformed.");
    public static readonly ProblemKind EmptyKey = new(ParseErrors.EmptyKey, 400, "The key is empty.");
    public static readonly ProblemKind KeyTooLong = new(ParseErrors.KeyTooLong, 413, "The key is over its limit.");
    public static readonly ProblemKind UnknownParameter = new(ParseErrors.UnknownParameter, 400, "A parameter of the query is not known here.");
    public static readonly ProblemKind RepeatedParameter = new(ParseErrors.RepeatedParameter, 400, "A parameter of the query is there twice.");
    public static readonly ProblemKind BadParameter = new(ParseErrors.BadParameter, 400, "A parameter's value is malformed.");
    public static readonly ProblemKind BadPrecondition = new(ParseErrors.BadPrecondition, 400, "A precondition is malformed.");
    public static readonly ProblemKind BadRange = new(ParseErrors.BadRange, 400, "The range is malformed.");
    public static readonly ProblemKind UnexpectedHeader = new(ParseErrors.UnexpectedHeader, 400, "A header has no meaning for this operation.");
    public static readonly ProblemKind UnexpectedBody = new("unexpected-body", 400, "This operation takes no body.");
    public static readonly ProblemKind ContentTypeTooLong = new(ParseErrors.ContentTypeTooLong, 413, "The content type is over its limit.");
    public static readonly ProblemKind BadContentType = new(ParseErrors.BadContentType, 415, "The content type is not the one that this operation takes.");
    public static readonly ProblemKind BadContentEncoding = new("bad-content-encoding", 415, "Bodies are taken as they are, without a content coding.");
    public static readonly ProblemKind BadSlice = new(ParseErrors.BadSlice, 422, "The body does not say which slice to keep.");
    public static readonly ProblemKind BadTransaction = new(ParseErrors.BadTransaction, 400, "The body is no transaction.");
    public static readonly ProblemKind BadBatch = new(ParseErrors.BadBatch, 400, "The body is no batch of operations.");
    public static readonly ProblemKind TooManyOperations = new(ParseErrors.TooManyOperations, 413, "There are more operations than the limit admits.");
    public static readonly ProblemKind BatchTooLarge = new(ParseErrors.BatchTooLarge, 413, "The body of a transaction or batch is over its limit.");
    public static readonly ProblemKind CrossOrigin = new("cross-origin", 403, "A page of another origin may not write without a signature.");
    public static readonly ProblemKind UnknownPath = new(ParseErrors.UnknownPath, 404, "Nothing is served under this path.");
    public static readonly ProblemKind MethodNotAllowed = new(ParseErrors.MethodNotAllowed, 405, "The path is there, but not for this method.");
    public static readonly ProblemKind UnsupportedParameter = new("unsupported-parameter", 501, "A parameter is known but not supported yet.");
    public static readonly ProblemKind Bundles = new("bundles-not-supported", 501, "Requests that were signed together are not taken yet.");

    public static readonly ProblemKind SignatureRequired = new("signature-required", 401, "The request must be signed.");
    public static readonly ProblemKind SignatureProfile = new("signature-profile", 401, "The signature does not cover what it must, as it must.");
    public static readonly ProblemKind SignatureTimes = new("signature-times", 401, "The signature's times are not possible.");
    public static readonly ProblemKind WrongCluster = new("wrong-cluster", 401, "The request was signed for another cluster.");
    public static readonly ProblemKind BadSignature = new("bad-signature", 401, "The signature is not that of the key over this request.");
    public static readonly ProblemKind BadContentDigest = new("bad-content-digest", 400, "The body is not the one that Content-Digest names.");

    public static readonly ProblemKind NotFound = new("not-found", 404, "There is no such key.");
    public static readonly ProblemKind PreconditionFailed = new("precondition-failed", 412, "A condition does not hold.");
    public static readonly ProblemKind ValueTooLarge = new("value-too-large", 413, "The value is over its limit, or would be.");
    public static readonly ProblemKind RangeNotSatisfiable = new("range-not-satisfiable", 416, "No byte of the value lies in the range.");
    public static readonly ProblemKind SliceOutside = new("slice-outside-value", 422, "The slice does not lie in the value.");
    public static readonly ProblemKind ListingGone = new("listing-gone", 410, "The listing's revision is not kept any more.");
    public static readonly ProblemKind NonceStale = new("nonce-stale", 401, "The nonce has left its session's window.", Retryable: true);
    public static readonly ProblemKind NonceConflict = new("nonce-conflict", 422, "The nonce was used with other content.");
    public static readonly ProblemKind RequestExpired = new("request-expired", 401, "The request expired before it was ordered.", Retryable: true);
    public static readonly ProblemKind TooManySessions = new("too-many-sessions", 429, "The client has too many sessions.", Retryable: true);
    public static readonly ProblemKind TooManyRequests = new("too-many-requests", 429, "Too many requests of the client wait.", Retryable: true);
    public static readonly ProblemKind ClientNotAdmitted = new("client-not-admitted", 403, "The key that signed the request may not do this.");

    public static readonly ProblemKind CrossShard = new("cross-shard", 422, "The keys of a transaction are on several shards.");
    public static readonly ProblemKind AnswerTooLarge = new("answer-too-large", 413, "What the operations read together is over its limit.");
    public static readonly ProblemKind WrongShard = new("wrong-shard", 421, "The shard that was asked is not that of the key.");
    public static readonly ProblemKind NoQuorum = new("no-quorum", 503, "Too few replicas answer.", Retryable: true);
    public static readonly ProblemKind CatchingUp = new("catching-up", 503, "The node's replica lags behind the others.", Retryable: true);
    public static readonly ProblemKind DiskFull = new("disk-full", 503, "There is no room on the node's disk, so that it takes no part.", Retryable: true);
    public static readonly ProblemKind Busy = new("busy", 503, "Too many requests wait.", Retryable: true);
    public static readonly ProblemKind OutcomeUnknown = new("outcome-unknown", 504, "The answer did not come in time.", Retryable: true);
    public static readonly ProblemKind UnknownFault = new("bad-fault", 422, "There is no such shard, replica or action.");
    public static readonly ProblemKind BadHttp = new("bad-http", 400, "The request is not well-formed HTTP, or over a limit of the server.");
    public static readonly ProblemKind Internal = new("internal-error", 500, "Something went wrong that should not be able to.");

    private static readonly FrozenDictionary<string, ProblemKind> _byCode = new[]
    {
        BadTarget, BadHeader, BadBody, BadKey, EmptyKey, KeyTooLong, UnknownParameter, RepeatedParameter, BadParameter, BadPrecondition, BadRange,
        UnexpectedHeader, UnexpectedBody, ContentTypeTooLong, BadContentType, BadContentEncoding, BadSlice, BadTransaction, BadBatch, TooManyOperations,
        BatchTooLarge, CrossOrigin, UnknownPath, MethodNotAllowed, UnsupportedParameter, Bundles,
        SignatureRequired, SignatureProfile, SignatureTimes, WrongCluster, BadSignature, BadContentDigest,
        NotFound, PreconditionFailed, ValueTooLarge, RangeNotSatisfiable, SliceOutside, ListingGone, NonceStale, CrossShard, WrongShard, AnswerTooLarge,
        NonceConflict, RequestExpired, TooManySessions, TooManyRequests, ClientNotAdmitted, NoQuorum, CatchingUp, DiskFull, Busy, OutcomeUnknown, UnknownFault, BadHttp, Internal,
    }.ToFrozenDictionary(kind => kind.Code, StringComparer.Ordinal);

    /// <summary>The kind with a code, or null.</summary>
    public static ProblemKind? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>All kinds, by code.</summary>
    public static IEnumerable<ProblemKind> All => _byCode.Values.OrderBy(kind => kind.Code, StringComparer.Ordinal);
}
