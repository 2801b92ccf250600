using System.Collections.Immutable;
using KvStore.Api.Problems;
using KvStore.Api.Signing;
using KvStore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KvStore.Api.Requests;

/// <summary>
/// Makes an <see cref="Operation"/> of an HTTP request: the path and query as they came over the wire, and the headers that change what is meant.
/// </summary>
internal static class OperationReader
{
    /// <summary>Reads a request. Its path is the raw one: see <see cref="KvStore.Api.Hosting.RawTarget"/>.</summary>
    /// <returns>The problem with it, or null.</returns>
    public static ProblemResult? Read(HttpContext context, OperationMethod method, ReadOnlyMemory<byte> body, out Operation operation)
    {
        var request = context.Request;
        return Read(method, request.Path.Value ?? "", request.QueryString.Value ?? "", context, body, out operation);
    }

    /// <summary>The same with another query: for parameters that are the gateway's own.</summary>
    public static ProblemResult? Read(
        OperationMethod method, string path, string query, HttpContext context, ReadOnlyMemory<byte> body, out Operation operation)
    {
        var headers = Headers(context.Request, hasBody: method is OperationMethod.Put or OperationMethod.Post or OperationMethod.Patch);
        if (Operation.TryCreate(method, path, query, headers, body, out operation)) return null;
        return Operation.TryCreate(method, path, query, [], body, out _)
            ? new ProblemResult(ProblemKinds.BadHeader,
                "One of Content-Type, If-Match, If-None-Match, Range, Kv-If-Length and Prefer is not printable ASCII, or is too long.")
            : new ProblemResult(ProblemKinds.BadTarget, "Percent-encode everything in the path and query that is not visible ASCII.");
    }

    /// <summary>The headers that change what is meant, in the order in which a signature covers them. http-api.md section 4.</summary>
    public static ImmutableArray<OperationHeaderField> Headers(HttpRequest request, bool hasBody)
    {
        var headers = request.Headers;

        // RFC 9110 section 14.2: a range has a meaning for GET only. Section 13.1.5: a range under If-Range may always be answered with the whole.
        var ignoresRange = HttpMethods.IsHead(request.Method) || headers.IfRange.Count > 0;
        var fields = ImmutableArray.CreateBuilder<OperationHeaderField>();
        Add(fields, OperationHeader.ContentType, hasBody ? headers.ContentType : default);
        Add(fields, OperationHeader.IfMatch, headers.IfMatch);
        Add(fields, OperationHeader.IfNoneMatch, headers.IfNoneMatch);
        Add(fields, OperationHeader.Range, ignoresRange ? default : headers.Range);
        Add(fields, OperationHeader.KvIfLength, headers[KvHeaders.IfLength]);
        Add(fields, OperationHeader.Prefer, headers[KvHeaders.Prefer]);
        return fields.DrainToImmutable();
    }

    private static void Add(ImmutableArray<OperationHeaderField>.Builder fields, OperationHeader header, StringValues values)
    {
        if (values.Count == 0) return;
        fields.Add(new OperationHeaderField(header, SignedFields.Join(values)));
    }
}
