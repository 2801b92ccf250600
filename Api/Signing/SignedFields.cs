using KvStore.Api.Requests;
using KvStore.Protocol;
using Microsoft.Extensions.Primitives;

namespace KvStore.Api.Signing;

/// <summary>Fields of a request, as signatures see them.</summary>
internal static class SignedFields
{
    /// <summary>Whether the request says that its client, or somebody on the way, signed it.</summary>
    public static bool AnySignature(HttpRequest request) =>
        request.Headers.ContainsKey(KvHeaders.SignatureInput) || request.Headers.ContainsKey(KvHeaders.Signature);

    /// <summary>The value of a field. RFC 9421 section 2.1: several lines of one field are one value, with ", " between them.</summary>
    public static string Join(StringValues lines) => lines.Count == 1 ? lines[0] ?? "" : string.Join(", ", lines.AsEnumerable());

    /// <summary>What <c>Accept-Signature</c> asks of this very request. RFC 9421 section 5.</summary>
    public static string Wanted(HttpRequest request)
    {
        var method = request.Method;
        var hasBody = HttpMethods.IsPut(method) || HttpMethods.IsPost(method) || HttpMethods.IsPatch(method);
        return CoveredComponents.Of(hasBody, OperationReader.Headers(request, hasBody)).AcceptSignature;
    }
}
