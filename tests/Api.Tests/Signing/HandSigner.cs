// RFC 9421 section 2.5, written from the text of the RFC and of docs/http-signatures.md, and on purpose not with Protocol's SignatureBase.
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvStore.Protocol;

namespace KvStore.Api.Tests;

/// <summary>What is to be signed, and how; what is not said is done right.</summary>
internal sealed record Draft(string Method, string Target, string? Body = null, params string[] Headers)
{
    /// <summary>The components to cover; null for those that the profile names.</summary>
    public string[]? Components { get; init; }

    /// <summary>The nonce; null for a fresh one.</summary>
    public string? Nonce { get; init; }

    /// <summary>From when on it is good, in seconds from now.</summary>
    public long Created { get; init; } = -1;

    /// <summary>Until when it is good, in seconds from now.</summary>
    public long Expires { get; init; } = 60;

    /// <summary>Changes the list and the parameters before they are signed.</summary>
    public Func<string, string> Input { get; init; } = input => input;

    public string Label { get; init; } = "sig1";
}

/// <summary>A client that composes signatures by hand. It can do wrong what the project's own signer can't.</summary>
internal sealed class HandSigner : IDisposable
{
    private static readonly string[] _semantic = ["content-type", "if-match", "if-none-match", "range", "kv-if-length", "prefer"];

    private readonly byte[] _seed;
    private readonly string _cluster;
    private readonly Ed25519PrivateKey _key;

    /// <summary>A client of a cluster, with a new key.</summary>
    public HandSigner(string cluster)
        : this(cluster, RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength))
    {
    }

    private HandSigner(string cluster, byte[] seed)
    {
        _cluster = cluster;
        _seed = seed;
        _key = new Ed25519PrivateKey(seed);
    }

    /// <summary>The key's name.</summary>
    public string KeyId => Base64Url.EncodeToString(_key.PublicKey.ToArray());

    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>A client of the cluster behind a gateway.</summary>
    public static async Task<HandSigner> For(Gateway gateway) => new(await ClusterOf(gateway));

    /// <summary>The id of the cluster behind a gateway.</summary>
    public static async Task<string> ClusterOf(Gateway gateway) => (await gateway.Get("/v1/cluster").Json()).GetProperty("cluster").GetString()!;

    /// <summary>The same client for another cluster.</summary>
    public HandSigner Of(string cluster) => new(cluster, _seed);

    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The nonce of a session and a counter.</summary>
    public static string NonceOf(byte session, byte counterHigh, byte counterLow) =>
        Base64Url.EncodeToString([session, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, counterHigh, counterLow]);

    public static string DigestOf(string body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}:";

    public void Dispose() => _key.Dispose();

    /// <summary>All headers to send, those of the draft included.</summary>
    public string[] Sign(Draft draft)
    {
        List<string> headers = [.. draft.Headers];
        if (draft.Body is not null) headers.Add($"Content-Digest: {DigestOf(draft.Body)}");
        headers.Add($"Kv-Cluster: {_cluster}");
        var present = headers.ToDictionary(header => header.Split(':')[0].ToLowerInvariant(), header => header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), StringComparer.Ordinal);
        string[] components = draft.Components ??
        [
            "@method", "@path", "@query", .. draft.Body is null ? Array.Empty<string>() : ["content-digest"], .. _semantic.Where(present.ContainsKey), "kv-cluster",
        ];
        var input = draft.Input(Input(draft, components));
        var text = new StringBuilder();
        foreach (var component in components) text.Append(CultureInfo.InvariantCulture, $"\"{component}\": {ValueOf(draft, component, present)}\n");
        text.Append(CultureInfo.InvariantCulture, $"\"@signature-params\": {input}");
        var signature = Convert.ToBase64String(_key.Sign(Encoding.ASCII.GetBytes(text.ToString())).ToArray());
        return [.. headers, $"Signature-Input: {draft.Label}={input}", $"Signature: {draft.Label}=:{signature}:"];
    }

    private string Input(Draft draft, string[] components)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return $"({string.Join(' ', components.Select(name => $"\"{name}\""))});created={now + draft.Created};expires={now + draft.Expires}"
            + $";nonce=\"{draft.Nonce ?? NewNonce()}\";keyid=\"{KeyId}\";alg=\"ed25519\";tag=\"kv-request-v1\"";
    }

    private static string ValueOf(Draft draft, string component, Dictionary<string, string> headers)
    {
        var question = draft.Target.IndexOf('?', StringComparison.Ordinal);
        return component switch
        {
            "@method" => draft.Method,
            "@path" => question < 0 ? draft.Target : draft.Target[..question],
            "@query" => question < 0 ? "?" : draft.Target[question..],
            "@authority" => "127.0.0.1",
            _ => headers.GetValueOrDefault(component, ""),
        };
    }
}

/// <summary>Sends what was signed by hand.</summary>
internal static class SignedSending
{
    /// <summary>Signs and sends.</summary>
    public static Task<HttpResponseMessage> Signed(this Gateway gateway, HandSigner signer, Draft draft) =>
        gateway.Sent(draft.Method, draft.Target, draft.Body, signer.Sign(draft));

    /// <summary>Sends a request with these headers, whatever they are.</summary>
    public static Task<HttpResponseMessage> Sent(this Gateway gateway, string method, string target, string? body, string[] headers) =>
        gateway.Send(new HttpMethod(method), target, body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)), headers);

    /// <summary>The same headers with one of them changed.</summary>
    public static string[] With(this string[] headers, string name, Func<string, string> change)
    {
        Assert.Contains(headers, header => header.StartsWith(name + ":", StringComparison.Ordinal));
        return [.. headers.Select(header => header.StartsWith(name + ":", StringComparison.Ordinal) ? name + ": " + change(header[(name.Length + 1)..].Trim()) : header)];
    }

    /// <summary>The same headers without one.</summary>
    public static string[] Without(this string[] headers, string name) => [.. headers.Where(header => !header.StartsWith(name + ":", StringComparison.Ordinal))];
}
