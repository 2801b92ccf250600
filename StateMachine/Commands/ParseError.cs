namespace KvStore.StateMachine;

/// <summary>Why an operation is not one.</summary>
/// <param name="Code">A stable name of the reason, one of <see cref="ParseErrors"/>.</param>
/// <param name="Detail">What is wrong, for people.</param>
public sealed record ParseError(string Code, string Detail);

/// <summary>The stable names of the reasons.</summary>
public static class ParseErrors
{
    /// <summary>Nothing is served under this path.</summary>
    public const string UnknownPath = "unknown-path";

    /// <summary>The path is there, but not for this method.</summary>
    public const string MethodNotAllowed = "method-not-allowed";

    /// <summary>The key is badly encoded, not UTF-8, or has a segment <c>.</c> or <c>..</c>.</summary>
    public const string BadKey = "bad-key";

    /// <summary>The key is empty.</summary>
    public const string EmptyKey = "empty-key";

    /// <summary>The key is over its limit.</summary>
    public const string KeyTooLong = "key-too-long";

    /// <summary>A parameter of the query is not known here.</summary>
    public const string UnknownParameter = "unknown-parameter";

    /// <summary>A parameter of the query is there more than once.</summary>
    public const string RepeatedParameter = "repeated-parameter";

    /// <summary>A parameter's value is malformed.</summary>
    public const string BadParameter = "bad-parameter";

    /// <summary>If-Match, If-None-Match or Kv-If-Length is malformed.</summary>
    public const string BadPrecondition = "bad-precondition";

    /// <summary>Range is malformed.</summary>
    public const string BadRange = "bad-range";

    /// <summary>A header has no meaning for this operation; it is refused because ignoring it would change what was signed.</summary>
    public const string UnexpectedHeader = "unexpected-header";

    /// <summary>The content type is over its limit.</summary>
    public const string ContentTypeTooLong = "content-type-too-long";

    /// <summary>The content type is not the one that the operation needs.</summary>
    public const string BadContentType = "bad-content-type";

    /// <summary>The body does not say which slice to keep.</summary>
    public const string BadSlice = "bad-slice";

    /// <summary>The body is no transaction.</summary>
    public const string BadTransaction = "bad-transaction";

    /// <summary>The body is no batch of operations.</summary>
    public const string BadBatch = "bad-batch";

    /// <summary>There are more steps and comparisons than the limits admit.</summary>
    public const string TooManyOperations = "too-many-operations";

    /// <summary>The body of a transaction or batch is over its limit.</summary>
    public const string BatchTooLarge = "batch-too-large";
}
