using KvStore.Api.Problems;
using KvStore.Api.Signing;
using KvStore.Protocol;

namespace KvStore.Api.Requests;

/// <summary>A request as it came in.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Signed">The request that the client signed, verified; null when it did not sign, and the gateway is to sign for it.</param>
internal readonly record struct Incoming(Operation Operation, VerifiedRequest? Signed);

/// <summary>Reads what came in: the operation, and the client's signature over it where there is one.</summary>
internal static class IncomingReader
{
    /// <summary>Reads the head of a request whose body may not be worth reading.</summary>
    /// <returns>The problem with it, or null.</returns>
    public static ProblemResult? ReadHead(HttpContext context, OperationMethod method, out Operation head) =>
        OperationReader.Read(context, method, default, out head)
        ?? context.RequestServices.GetRequiredService<RequestAuthenticator>().JudgeHead(context.Request);

    /// <summary>Reads a request.</summary>
    /// <returns>The problem with it, or null.</returns>
    public static ProblemResult? Read(HttpContext context, OperationMethod method, ReadOnlyMemory<byte> body, out Incoming incoming)
    {
        incoming = default;
        return OperationReader.Read(context, method, body, out var operation)
            ?? context.RequestServices.GetRequiredService<RequestAuthenticator>().Judge(context.Request, operation, out incoming);
    }
}
