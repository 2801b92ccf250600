// RFC 9421 section 2.5, the profile of the HTTP interface: the texts here are written by hand.
using System.Text;

namespace KvStore.Protocol.Tests;

public class SignatureBaseTests
{
    private const string Cluster = "SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g";
    private const string KeyId = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void A_get_covers_method_path_query_and_cluster() => Check(
        Samples.Operation(OperationMethod.Get, "/v1/kv/greeting", "", ""),
        """
        "@method": GET
        "@path": /v1/kv/greeting
        "@query": ?
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "kv-cluster");{parameters}
        """);

    [Fact]
    public void A_path_and_a_query_are_covered_as_they_were_sent() => Check(
        Samples.Operation(OperationMethod.Get, "/v1/kv/a%2Fb", "?prefix=%41&limit=3", ""),
        """
        "@method": GET
        "@path": /v1/kv/a%2Fb
        "@query": ?prefix=%41&limit=3
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "kv-cluster");{parameters}
        """);

    [Fact]
    public void A_put_covers_the_digest_of_its_body_and_then_its_content_type() => Check(
        Samples.Operation(OperationMethod.Put, "/v1/kv/greeting", "", "hello", (OperationHeader.ContentType, "text/plain; charset=utf-8")),
        """
        "@method": PUT
        "@path": /v1/kv/greeting
        "@query": ?
        "content-digest": sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:
        "content-type": text/plain; charset=utf-8
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "content-digest" "content-type" "kv-cluster");{parameters}
        """);

    [Fact]
    public void A_body_without_bytes_has_a_digest_too() => Check(
        Samples.Operation(OperationMethod.Post, "/v1/kv/a", "", ""),
        """
        "@method": POST
        "@path": /v1/kv/a
        "@query": ?
        "content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "content-digest" "kv-cluster");{parameters}
        """);

    [Fact]
    public void A_patch_covers_its_range_and_its_condition() => Check(
        Samples.Operation(OperationMethod.Patch, "/v1/kv/a", "", "", (OperationHeader.IfMatch, "\"7\""), (OperationHeader.Range, "bytes=0-4")),
        """
        "@method": PATCH
        "@path": /v1/kv/a
        "@query": ?
        "content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:
        "if-match": "7"
        "range": bytes=0-4
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "content-digest" "if-match" "range" "kv-cluster");{parameters}
        """);

    [Fact]
    public void All_semantic_headers_are_covered_in_their_order() => Check(
        Samples.Operation(
            OperationMethod.Delete, "/v1/kv/a", "", "", (OperationHeader.IfMatch, "*"), (OperationHeader.IfNoneMatch, "\"9\""),
            (OperationHeader.Range, "bytes=1-"), (OperationHeader.KvIfLength, "5"), (OperationHeader.Prefer, "return=minimal")),
        """
        "@method": DELETE
        "@path": /v1/kv/a
        "@query": ?
        "if-match": *
        "if-none-match": "9"
        "range": bytes=1-
        "kv-if-length": 5
        "prefer": return=minimal
        "kv-cluster": {cluster}
        "@signature-params": ("@method" "@path" "@query" "if-match" "if-none-match" "range" "kv-if-length" "prefer" "kv-cluster");{parameters}
        """);

    [Fact]
    public void Every_method_and_every_set_of_headers_is_covered_once_and_in_order()
    {
        var headers = Enum.GetValues<OperationHeader>();
        foreach (var method in Enum.GetValues<OperationMethod>())
        {
            for (var set = 0; set < 1 << headers.Length; set++)
            {
                var chosen = headers.Where((_, index) => (set & (1 << index)) != 0).ToArray();
                var body = method is OperationMethod.Put or OperationMethod.Post or OperationMethod.Patch;
                string[] expected =
                [
                    "@method", "@path", "@query", .. body ? ["content-digest"] : Array.Empty<string>(), .. chosen.Select(SignatureBase.HeaderName), "kv-cluster",
                ];
                var lines = Text(Samples.Operation(method, "/x", "", "", [.. chosen.Select(header => (header, "v"))])).Split('\n');
                Assert.Equal(expected, lines[..^1].Select(line => line[1..line.IndexOf("\": ", StringComparison.Ordinal)]));
                Assert.StartsWith("\"@signature-params\": (" + string.Join(' ', expected.Select(name => $"\"{name}\"")) + ");created=", lines[^1], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_digest_of_a_request_is_the_hash_of_its_signature_base()
    {
        var request = Samples.PutRequest;
        Assert.Equal(Digest.Of(SignatureBase.Of(request, Samples.Context.Cluster)), request.DigestFor(Samples.Context.Cluster));
    }

    [Theory]
    [InlineData("@method", "PUT")]
    [InlineData("content-digest", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")]
    [InlineData("kv-cluster", Cluster)]
    public void A_line_of_the_base_is_found_by_its_name(string component, string value)
    {
        // A path that looks like a line of its own is a part of another line.
        var text = Text(Samples.Operation(OperationMethod.Put, "/v1/kv/\"kv-cluster\":", "", "hello"));
        Assert.Equal(value, SignatureBase.LineOf(Encoding.ASCII.GetBytes(text), component));
    }

    [Fact]
    public void The_last_line_has_the_parameters_and_a_line_that_is_not_there_is_an_error()
    {
        var text = Encoding.ASCII.GetBytes(Text(Samples.Operation(OperationMethod.Get, "/v1/kv/greeting", "", "")));
        Assert.StartsWith("(\"@method\" \"@path\" \"@query\" \"kv-cluster\");created=", SignatureBase.LineOf(text, "@signature-params"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SignatureBase.LineOf(text, "content-digest"));
    }

    [Fact]
    public void The_name_of_a_cluster_is_read_back()
    {
        Assert.True(SignatureBase.TryParseClusterName(Cluster, out var cluster));
        Assert.Equal(Samples.Context.Cluster, cluster);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7")]
    [InlineData("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g=")]
    [InlineData("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7h")]
    [InlineData("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g ")]
    [InlineData("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7/g")]
    public void A_cluster_has_one_name(string name) => Assert.False(SignatureBase.TryParseClusterName(name, out _));

    private static void Check(Operation operation, string expected) => Assert.Equal(
        expected.Replace("{cluster}", Cluster).Replace(
            "{parameters}",
            $"created=1793500000;expires=1793500060;nonce=\"AQIDBAUGBwgAAAAAAAAABw\";keyid=\"{KeyId}\";alg=\"ed25519\";tag=\"kv-request-v1\""),
        Text(operation));

    // The key of zeros, so that its text can be written down.
    private static string Text(Operation operation)
    {
        var sample = Samples.Unsigned(operation, counter: 7, default);
        var request = new Request
        {
            Client = default,
            Nonce = sample.Nonce,
            Created = sample.Created,
            Expires = sample.Expires,
            Operation = operation,
            Signature = default,
        };
        return Encoding.ASCII.GetString(SignatureBase.Of(request, Samples.Context.Cluster));
    }
}
