namespace KvStore.Api.Problems;

/// <summary>Whether what was asked for was done. http-api.md section 2.</summary>
internal enum Outcome
{
    /// <summary>Nothing was done, and nothing will be.</summary>
    NotApplied,

    /// <summary>It was done.</summary>
    Applied,

    /// <summary>It may have been done, or may yet be.</summary>
    Unknown,
}

/// <summary>One kind of problem. Its code, and with it its type, never change once they were served.</summary>
/// <param name="Code">The stable name.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What it means, the same each time.</param>
/// <param name="Retryable">Whether the same request may succeed later, and sending it again does no harm.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, bool Retryable = false)
{
    /// <summary>Where the kinds are explained; also the start of every type.</summary>
    public const string TypePrefix = "/problems/";

    /// <summary>The <c>type</c> of RFC 9457: a reference that this server answers.</summary>
    public string Type => TypePrefix + Code;
}
