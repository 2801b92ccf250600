// RFC 9421 section 2.5 (creating the signature base), the profile of http-api.md section 4.
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace KvStore.Protocol;

/// <summary>Rebuilds from a <see cref="Request"/> the bytes that its client signed.</summary>
public static class SignatureBase
{
    /// <summary>The value of the <c>tag</c> parameter.</summary>
    public const string Tag = "kv-request-v1";

    private const ulong MillisecondsPerSecond = 1000;
    private const int NonceLength = 2 * sizeof(ulong);
    private const int ContentDigestLength = 64;

    // Everything but path, query and headers: names, digest, keys, numbers. The true length is below 900.
    private const int FixedBytesMax = 1024;

    /// <summary>The signature base, ASCII, in a new array.</summary>
    public static byte[] Of(Request request, ClusterId cluster) => Of(request, cluster, MethodName(request.Operation.Method));

    /// <summary>The signature base of a request that came with another method than its operation's: a HEAD, which is never ordered.</summary>
    public static byte[] Of(Request request, ClusterId cluster, string method)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LengthMax(request));
        var bytes = buffer.AsSpan(0, Write(request, cluster, method, buffer)).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return bytes;
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
        Span<byte> text = stackalloc byte[ContentDigestLength];
        var writer = new AsciiWriter(text);
        WriteContentDigest(ref writer, body);
        return Encoding.ASCII.GetString(writer.Written);
    }

    /// <summary>The value of <c>Kv-Cluster</c>: base64url of the cluster's id.</summary>
    public static string ClusterName(ClusterId cluster) => Base64Url.EncodeToString(cluster.Genesis.ToArray());

    /// <summary>The <c>nonce</c> parameter: base64url of session ‖ counter, both big-endian.</summary>
    public static string NonceText(Nonce nonce)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        WriteNonce(bytes, nonce);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The <c>keyid</c> parameter: base64url of the public key.</summary>
    public static string KeyName(PublicKey key) => Base64Url.EncodeToString(key.ToArray());

    /// <summary>Reads what <see cref="ClusterName"/> writes; false when it is anything else.</summary>
    public static bool TryParseClusterName(ReadOnlySpan<char> name, out ClusterId cluster)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        cluster = default;
        if (!StrictBase64Url.TryDecode(name, bytes)) return false;
        cluster = new ClusterId(Digest.Read(bytes));
        return true;
    }

    /// <summary>
    /// The value of one line of a signature base: of <c>content-digest</c>, say, or of <c>@signature-params</c>, which is what <c>Signature-Input</c>
    /// carries. A client takes its headers from the bytes that it signed, so that the two can't differ.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such line.</exception>
    public static string LineOf(ReadOnlySpan<byte> signatureBase, string component)
    {
        Span<byte> name = stackalloc byte[component.Length + 4];
        Encoding.ASCII.GetBytes($"\"{component}\": ", name);
        for (var rest = signatureBase; ;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (line.StartsWith(name)) return Encoding.ASCII.GetString(line[name.Length..]);
            if (end < 0) throw new ArgumentException($"The signature base has no line '{component}'.", nameof(component));
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>The most bytes that <see cref="Write"/> takes for a request.</summary>
    internal static int LengthMax(Request request)
    {
        var operation = request.Operation;
        var length = FixedBytesMax + operation.Path.Length + operation.Query.Length;
        foreach (var field in operation.Headers) length += field.Value.Length;
        return length;
    }

    /// <summary>Writes the signature base and gives its length; there is room for <see cref="LengthMax"/>.</summary>
    internal static int Write(Request request, ClusterId cluster, string method, Span<byte> destination)
    {
        var operation = request.Operation;
        var writer = new AsciiWriter(destination);
        writer.Line("@method", method);
        writer.Line("@path", operation.Path);
        writer.Line("@query", operation.Query.Length == 0 ? "?" : operation.Query); // RFC 9421 section 2.2.7: an absent query is '?'.
        if (operation.HasBody)
        {
            writer.Text("\"content-digest\": ");
            WriteContentDigest(ref writer, operation.Body.Span);
            writer.Text("\n");
        }

        foreach (var field in operation.Headers) writer.Line(HeaderName(field.Header), field.Value);
        writer.Text("\"kv-cluster\": ");
        Span<byte> name = stackalloc byte[Digest.Length];
        cluster.Genesis.Write(name);
        writer.Base64Url(name);
        writer.Text("\n\"@signature-params\": ");
        WriteParameters(ref writer, request);
        return writer.Written.Length;
    }

    private static void WriteParameters(ref AsciiWriter writer, Request request)
    {
        var operation = request.Operation;
        writer.Text(CoveredComponents.Of(operation.HasBody, operation.Headers).List);
        writer.Text(";created=");
        writer.Number(request.Created.UnixMilliseconds / MillisecondsPerSecond);
        writer.Text(";expires=");
        writer.Number(request.Expires.UnixMilliseconds / MillisecondsPerSecond);
        writer.Text(";nonce=\"");
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        WriteNonce(bytes[..NonceLength], request.Nonce);
        writer.Base64Url(bytes[..NonceLength]);
        writer.Text("\";keyid=\"");
        request.Client.Write(bytes);
        writer.Base64Url(bytes);
        writer.Text("\";alg=\"ed25519\";tag=\"" + Tag + "\"");
    }

    private static void WriteContentDigest(ref AsciiWriter writer, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(body, hash);
        writer.Text("sha-256=:");
        writer.Base64(hash);
        writer.Text(":");
    }

    private static void WriteNonce(Span<byte> destination, Nonce nonce)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, nonce.Session.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], nonce.Counter);
    }
}
