using System.Collections.Frozen;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http;

namespace KvStore.Api.Problems;

/// <summary>All kinds of problems that are served. http-api.md section 2.</summary>
internal static class ProblemKinds
{
    public static readonly ProblemKind BadTarget = new("bad-target", StatusCodes.Status400BadRequest, "The request's target is not visible ASCII, or is too long.");
    public static readonly ProblemKind BadHeader = new("bad-header", StatusCodes.Status400BadRequest, "A header's value is not printable ASCII, or is too long.");
    public static readonly ProblemKind BadBody = new("bad-body", StatusCodes.Status400BadRequest, "The body is not what this request takes.");
    public static readonly ProblemKind BadKey = new(ParseErrors.BadKey, StatusCodes.Status400BadRequest, "The key is malformed.");
    public static readonly ProblemKind EmptyKey = new(ParseErrors.EmptyKey, StatusCodes.Status400BadRequest, "The key is empty.");
    public static readonly ProblemKind KeyTooLong = new(ParseErrors.KeyTooLong, StatusCodes.Status413PayloadTooLarge, "The key is over its limit.");
    public static readonly ProblemKind UnknownParameter = new(ParseErrors.UnknownParameter, StatusCodes.Status400BadRequest, "A parameter of the query is not known here.");
    public static readonly ProblemKind RepeatedParameter = new(ParseErrors.RepeatedParameter, StatusCodes.Status400BadRequest, "A parameter of the query is there twice.");
    public static readonly ProblemKind BadParameter = new(ParseErrors.BadParameter, StatusCodes.Status400BadRequest, "A parameter's value is malformed.");
    public static readonly ProblemKind BadPrecondition = new(ParseErrors.BadPrecondition, StatusCodes.Status400BadRequest, "A precondition is malformed.");
    public static readonly ProblemKind BadRange = new(ParseErrors.BadRange, StatusCodes.Status400BadRequest, "The range is malformed.");
    public static readonly ProblemKind UnexpectedHeader = new(ParseErrors.UnexpectedHeader, StatusCodes.Status400BadRequest, "A header has no meaning for this operation.");
    public static readonly ProblemKind UnexpectedBody = new("unexpected-body", StatusCodes.Status400BadRequest, "This operation takes no body.");
    public static readonly ProblemKind ContentTypeTooLong = new(ParseErrors.ContentTypeTooLong, StatusCodes.Status413PayloadTooLarge, "The content type is over its limit.");
    public static readonly ProblemKind BadContentType = new(ParseErrors.BadContentType, StatusCodes.Status415UnsupportedMediaType, "The content type is not the one that this operation takes.");
    public static readonly ProblemKind BadContentEncoding = new("bad-content-encoding", StatusCodes.Status415UnsupportedMediaType, "Bodies are taken as they are, without a content coding.");
    public static readonly ProblemKind BadSlice = new(ParseErrors.BadSlice, StatusCodes.Status422UnprocessableEntity, "The body does not say which slice to keep.");
    public static readonly ProblemKind CrossOrigin = new("cross-origin", StatusCodes.Status403Forbidden, "A page of another origin may not write without a signature.");
    public static readonly ProblemKind UnknownPath = new(ParseErrors.UnknownPath, StatusCodes.Status404NotFound, "Nothing is served under this path.");
    public static readonly ProblemKind MethodNotAllowed = new(ParseErrors.MethodNotAllowed, StatusCodes.Status405MethodNotAllowed, "The path is there, but not for this method.");
    public static readonly ProblemKind UnsupportedParameter = new(ParseErrors.UnsupportedParameter, StatusCodes.Status501NotImplemented, "A parameter is known but not supported yet.");
    public static readonly ProblemKind SignedRequests = new("signed-requests-not-supported", StatusCodes.Status501NotImplemented, "Requests that their client signed are not taken yet.");

    public static readonly ProblemKind NotFound = new("not-found", StatusCodes.Status404NotFound, "There is no such key.");
    public static readonly ProblemKind PreconditionFailed = new("precondition-failed", StatusCodes.Status412PreconditionFailed, "A condition does not hold.");
    public static readonly ProblemKind ValueTooLarge = new("value-too-large", StatusCodes.Status413PayloadTooLarge, "The value is over its limit, or would be.");
    public static readonly ProblemKind RangeNotSatisfiable = new("range-not-satisfiable", StatusCodes.Status416RangeNotSatisfiable, "No byte of the value lies in the range.");
    public static readonly ProblemKind SliceOutside = new("slice-outside-value", StatusCodes.Status422UnprocessableEntity, "The slice does not lie in the value.");
    public static readonly ProblemKind ListingGone = new("listing-gone", StatusCodes.Status410Gone, "The listing's revision is not kept any more.");
    public static readonly ProblemKind NonceStale = new("nonce-stale", StatusCodes.Status401Unauthorized, "The nonce has left its session's window.", Retryable: true);
    public static readonly ProblemKind NonceConflict = new("nonce-conflict", StatusCodes.Status422UnprocessableEntity, "The nonce was used with other content.");
    public static readonly ProblemKind RequestExpired = new("request-expired", StatusCodes.Status401Unauthorized, "The request expired before it was ordered.", Retryable: true);
    public static readonly ProblemKind TooManySessions = new("too-many-sessions", StatusCodes.Status429TooManyRequests, "The client has too many sessions.", Retryable: true);
    public static readonly ProblemKind ClientNotAdmitted = new("client-not-admitted", StatusCodes.Status403Forbidden, "The key that signed the request may not do this.");

    public static readonly ProblemKind NoQuorum = new("no-quorum", StatusCodes.Status503ServiceUnavailable, "Too few replicas answer.", Retryable: true);
    public static readonly ProblemKind Busy = new("busy", StatusCodes.Status503ServiceUnavailable, "Too many requests wait.", Retryable: true);
    public static readonly ProblemKind OutcomeUnknown = new("outcome-unknown", StatusCodes.Status504GatewayTimeout, "The answer did not come in time.", Retryable: true);
    public static readonly ProblemKind UnknownFault = new("bad-fault", StatusCodes.Status422UnprocessableEntity, "There is no such shard, replica or action.");
    public static readonly ProblemKind BadHttp = new("bad-http", StatusCodes.Status400BadRequest, "The request is not well-formed HTTP, or over a limit of the server.");
    public static readonly ProblemKind Internal = new("internal-error", StatusCodes.Status500InternalServerError, "Something went wrong that should not be able to.");

    private static readonly FrozenDictionary<string, ProblemKind> _byCode = new[]
    {
        BadTarget, BadHeader, BadBody, BadKey, EmptyKey, KeyTooLong, UnknownParameter, RepeatedParameter, BadParameter, BadPrecondition, BadRange,
        UnexpectedHeader, UnexpectedBody, ContentTypeTooLong, BadContentType, BadContentEncoding, BadSlice, CrossOrigin, UnknownPath, MethodNotAllowed,
        UnsupportedParameter, SignedRequests, NotFound, PreconditionFailed, ValueTooLarge, RangeNotSatisfiable, SliceOutside, ListingGone, NonceStale,
        NonceConflict, RequestExpired, TooManySessions, ClientNotAdmitted, NoQuorum, Busy, OutcomeUnknown, UnknownFault, BadHttp, Internal,
    }.ToFrozenDictionary(kind => kind.Code, StringComparer.Ordinal);

    /// <summary>The kind with a code, or null.</summary>
    public static ProblemKind? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>All kinds, by code.</summary>
    public static IEnumerable<ProblemKind> All => _byCode.Values.OrderBy(kind => kind.Code, StringComparer.Ordinal);
}
