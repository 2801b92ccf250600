using System.Text;
using KvStore.Api;
using KvStore.Api.Hosting;
using KvStore.Api.Requests;
using KvStore.Api.Signing;
using KvStore.Protocol;
using KvStore.StateMachine;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>What clients send: requests as replicas pass them on, and HTTP requests with their signatures.</summary>
internal static class RequestTargets
{
    private static readonly StateLimits _limits = new() { OperationsMax = 64 };

    private static readonly string[] _words =
    [
        "/v1/kv/", "/v1/kvb/", "/v1/kv", "/v1/txn", "/v1/batch", "?", "&", "=", "%", "%2F", "%FF", "prefix", "start", "end", "after", "limit", "ttl", "wait", "consistency", "certified",
        "\n", "\n\n", ": ", "\"", ";", ",", "sig1=", "();", ":", ":=", "created=", "expires=", "nonce=\"", "keyid=\"", "alg=\"ed25519\"", "tag=\"kv-request-v1\"", "sha-256=:", "@method", "@path",
        "content-digest", "if-match: ", "if-none-match: *", "range: bytes=0-4", "kv-if-length: 3", "prefer: ", "W/\"r", "\"r7\"", "18446744073709551616", "-1", "0", "{\"operations\":[", "{\"then\":[",
        "{\"op\":\"put\",\"key\":\"a\",\"value\":\"x\"}", "]}", "\\uD800", "\u00ff", "\0", "application/vnd.kv.slice+json",
    ];

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All =>
    [
        FuzzTarget.Canonical("request", [.. Requests.Select(request => FuzzGroup.Bytes(request.Encode))], TakeRequest),
        new("http", [.. Requests.Select(Text).Concat(Unsigned).Select(Encoding.Latin1.GetBytes)], _words, TakeHttp),
    ];

    private static IReadOnlyList<string> Unsigned =>
    [
        "POST /v1/txn\ncontent-type: application/json\n\n{\"if\":[{\"key\":\"a\",\"exists\":false}],\"then\":[{\"op\":\"put\",\"key\":\"a\",\"value\":\"x\",\"ttl\":9}],\"else\":[{\"op\":\"get\",\"key\":\"a\"}]}",
        "POST /v1/batch\ncontent-type: application/json\n\n{\"operations\":[{\"op\":\"append\",\"key\":\"a\",\"value\":\"x\"},{\"op\":\"slice\",\"keyB64\":\"YQ\",\"start\":0,\"end\":1}]}",
        "PATCH /v1/kv/a\ncontent-type: application/vnd.kv.slice+json\n\n{\"start\":0,\"end\":1}",
        "GET /v1/kv?prefix=a&limit=2&keysOnly=true\n\n",
        "PUT /v1/kv/a\ncontent-digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:\n\nhello",
    ];

    private static IReadOnlyList<Request> Requests { get; } = [.. ReadRequests()];

    private static byte[]? TakeRequest(byte[] input)
    {
        var reader = new CanonicalReader(input);
        if (Request.Decode(ref reader) is not { } request || !reader.Complete) return null;
        FuzzGroup.Verifier.TryVerify(request, out _);
        _ = OperationParser.TryParse(request.Operation, _limits, out _, out _);
        return FuzzGroup.Bytes(request.Encode);
    }

    private static bool TakeHttp(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (end < 0 ? text : text[..end]).Split('\n');
        var body = end < 0 ? [] : input[(end + 2)..];
        var context = new DefaultHttpContext();
        var line = head[0].Split(' ', 2);
        if (line.Length < 2 || !Enum.TryParse<OperationMethod>(line[0], ignoreCase: true, out var method) || !Enum.IsDefined(method)) return false;
        if (RawTarget.PathOf(line[1]) is not { } path || !path.StartsWith('/')) return false;
        var query = line[1].IndexOf('?', StringComparison.Ordinal);
        (context.Request.Method, context.Request.Path) = (line[0], new PathString(path));
        context.Request.QueryString = query < 0 ? default : new QueryString(line[1][query..]);
        foreach (var header in head.Skip(1).Select(header => header.Split(": ", 2)).Where(static header => header.Length == 2))
            context.Request.Headers[header[0]] = StringValues.Concat(context.Request.Headers[header[0]], header[1]);
        _ = SignedFields.Wanted(context.Request);
        if (OperationReader.Read(context, method, body, out var operation) is not null) return false;
        var authenticator = new RequestAuthenticator(FuzzGroup.Verifier, ClientPolicy.Any, new SampleClock(), allowUnsigned: true);
        var refused = authenticator.Judge(context.Request, operation, out _);
        return OperationParser.TryParse(operation, _limits, out _, out _) && refused is null;
    }

    private static IEnumerable<Request> ReadRequests()
    {
        foreach (var bytes in Corpus.Golden("request."))
        {
            var reader = new CanonicalReader(bytes);
            if (Request.Decode(ref reader) is { } request && reader.Complete) yield return request;
        }
    }

    private static string Text(Request request)
    {
        var operation = request.Operation;
        var signatureBase = SignatureBase.Of(request, FuzzGroup.Context.Cluster);
        var text = new StringBuilder($"{SignatureBase.MethodName(operation.Method)} {operation.Path}{operation.Query}\n");
        foreach (var field in operation.Headers) text.Append($"{SignatureBase.HeaderName(field.Header)}: {field.Value}\n");
        if (operation.HasBody) text.Append($"{KvHeaders.ContentDigest}: {SignatureBase.ContentDigest(operation.Body.Span)}\n");
        text.Append($"{KvHeaders.Cluster}: {SignatureBase.ClusterName(FuzzGroup.Context.Cluster)}\n");
        text.Append($"{KvHeaders.SignatureInput}: sig1={SignatureBase.LineOf(signatureBase, "@signature-params")}\n");
        text.Append($"{KvHeaders.Signature}: sig1=:{Convert.ToBase64String(request.Signature.ToArray())}:\n\n");
        return text.Append(Encoding.Latin1.GetString(operation.Body.Span)).ToString();
    }

    // The golden requests were made at this time.
    private sealed class SampleClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_793_500_001_000);
    }
}
