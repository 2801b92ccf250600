using KvStore.Protocol;

namespace KvStore.Client;

/// <summary>An operation failed.</summary>
public class KvException : Exception
{
    /// <summary>A failure for this reason.</summary>
    public KvException(Problem problem, Exception? inner = null)
        : base(problem.ToString(), inner) => Problem = problem;

    /// <summary>The reason.</summary>
    public Problem Problem { get; }
}

/// <summary>
/// A write may have been applied, or may yet be: no answer came that says. <see cref="KvClient.OutcomeAsync"/> can find out what became of a signed one.
/// </summary>
public sealed class OutcomeUnknownException : KvException
{
    /// <summary>A write whose outcome is unknown.</summary>
    public OutcomeUnknownException(Problem problem, RequestId? request, Exception? inner = null)
        : base(problem, inner) => Request = request;

    /// <summary>The request; null when it was not signed, so that nothing tells it from others.</summary>
    public RequestId? Request { get; }
}

/// <summary>What names a signed request.</summary>
/// <param name="Digest">The SHA-256 of its signature base.</param>
/// <param name="KeyId">The client's public key, base64url.</param>
/// <param name="Nonce">Its nonce, base64url.</param>
public sealed record RequestId(Digest Digest, string KeyId, string Nonce);
