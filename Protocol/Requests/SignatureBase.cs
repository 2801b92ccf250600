// RFC 9421 section 2.5 (creating the signature base), the profile of http-api.md section 4.
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KvStore.Protocol;

/// <summary>Rebuilds from a <see cref="Request"/> the bytes that its client signed.</summary>
public static class SignatureBase
{
    /// <summary>The value of the <c>tag</c> parameter.</summary>
    public const string Tag = "kv-request-v1";

    /// <summary>The signature base, ASCII.</summary>
    public static byte[] Of(Request request, ClusterId cluster) => Of(request, cluster, MethodName(request.Operation.Method));

    /// <summary>The signature base of a request that came with another method than its operation's: a HEAD, which is never ordered.</summary>
    public static byte[] Of(Request request, ClusterId cluster, string method)
    {
        var operation = request.Operation;
        var lines = new StringBuilder(512);
        var covered = new StringBuilder(128);
        Line("@method", method);
        Line("@path", operation.Path);
        Line("@query", operation.Query.Length == 0 ? "?" : operation.Query); // RFC 9421 section 2.2.7: an absent query is '?'.
        if (operation.HasBody) Line("content-digest", ContentDigest(operation.Body.Span));
        foreach (var field in operation.Headers) Line(HeaderName(field.Header), field.Value);
        Line("kv-cluster", ClusterName(cluster));
        lines.Append("\"@signature-params\": ");
        AppendParameters(lines, covered.ToString(), request);
        return Encoding.ASCII.GetBytes(lines.ToString());

        void Line(string name, string value)
        {
            lines.Append('"').Append(name).Append("\": ").Append(value).Append('\n');
            if (covered.Length > 0) covered.Append(' ');
            covered.Append('"').Append(name).Append('"');
        }
    }

    /// <summary>The method's name in the signature base and on the wire.</summary>
    public static string MethodName(OperationMethod method) => method switch
    {
        OperationMethod.Get => "GET",
        OperationMethod.Put => "PUT",
        OperationMethod.Post => "POST",
        OperationMethod.Patch => "PATCH",
        OperationMethod.Delete => "DELETE",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "An unknown method."),
    };

    /// <summary>A semantic header's name, lower case.</summary>
    public static string HeaderName(OperationHeader header) => header switch
    {
        OperationHeader.ContentType => "content-type",
        OperationHeader.IfMatch => "if-match",
        OperationHeader.IfNoneMatch => "if-none-match",
        OperationHeader.Range => "range",
        OperationHeader.KvIfLength => "kv-if-length",
        OperationHeader.Prefer => "prefer",
        _ => throw new ArgumentOutOfRangeException(nameof(header), header, "An unknown header."),
    };

    /// <summary>The value of <c>Content-Digest</c> (RFC 9530) for a body.</summary>
    public static string ContentDigest(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return $"sha-256=:{Convert.ToBase64String(hash)}:";
    }

    /// <summary>The value of <c>Kv-Cluster</c>: base64url of the cluster's id.</summary>
    public static string ClusterName(ClusterId cluster) => Base64Url.EncodeToString(cluster.Genesis.ToArray());

    /// <summary>The <c>nonce</c> parameter: base64url of session ‖ counter, both big-endian.</summary>
    public static string NonceText(Nonce nonce)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, nonce.Session.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], nonce.Counter);
        return Base64Url.EncodeToString(bytes);
    }

    private static void AppendParameters(StringBuilder text, string covered, Request request)
    {
        const ulong millisecondsPerSecond = 1000;
        text.Append('(').Append(covered).Append(')')
            .Append(CultureInfo.InvariantCulture, $";created={request.Created.UnixMilliseconds / millisecondsPerSecond}")
            .Append(CultureInfo.InvariantCulture, $";expires={request.Expires.UnixMilliseconds / millisecondsPerSecond}")
            .Append(CultureInfo.InvariantCulture, $";nonce=\"{NonceText(request.Nonce)}\"")
            .Append(CultureInfo.InvariantCulture, $";keyid=\"{Base64Url.EncodeToString(request.Client.ToArray())}\"")
            .Append(";alg=\"ed25519\";tag=\"").Append(Tag).Append('"');
    }
}
