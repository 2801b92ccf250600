using System.Net;
using System.Text.RegularExpressions;

namespace KvStore.Api.Tests;

/// <summary>What a gateway must not let through, and what it says about it. Each row leaves the value as it was.</summary>
public sealed class SignatureRefusalTests(Gateway gateway) : IClassFixture<Gateway>
{
    private const string Body = "signed";
    private const string Other = "other";

    /// <summary>One covered thing changed on the way: the request that was signed, what is changed about it, and the problem.</summary>
    public static TheoryData<string, string, string, string, int, string> Changes => new()
    {
        { "PUT", "", "@method", "POST", 401, "bad-signature" },
        { "PUT", "", "@path", "x", 401, "bad-signature" },
        { "PUT", "", "@query", "?x=1", 401, "bad-signature" },
        { "PUT", "", "@body", Other, 400, "bad-content-digest" },
        { "PUT", "", "Content-Digest", HandSigner.DigestOf(Other), 400, "bad-content-digest" },
        { "PUT", "", "@body and digest", Other, 401, "bad-signature" },
        { "PUT", "Content-Type: text/plain", "Content-Type", "text/html", 401, "bad-signature" },
        { "PUT", "If-Match: \"r0\"", "If-Match", "*", 401, "bad-signature" },
        { "PUT", "If-None-Match: \"r1\"", "If-None-Match", "\"r2\"", 401, "bad-signature" },
        { "POST", "Kv-If-Length: 4", "Kv-If-Length", "5", 401, "bad-signature" },
        { "PUT", "Prefer: return=receipt", "Prefer", "return=minimal", 401, "bad-signature" },
        { "GET", "Range: bytes=0-1", "Range", "bytes=0-2", 401, "bad-signature" },
        { "DELETE", "If-Match: \"r0\"", "If-Match", "*", 401, "bad-signature" },
        { "PUT", "", "Kv-Cluster", "SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g", 401, "wrong-cluster" },
        { "PUT", "", "created", "-2", 401, "bad-signature" },
        { "PUT", "", "expires", "+1", 401, "bad-signature" },
        { "PUT", "", "nonce", "AQIDBAUGBwgAAAAAAAAAKg", 401, "bad-signature" },
        { "PUT", "", "keyid", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", 401, "bad-signature" },
        { "PUT", "", "Signature", "sig1=:4wOc0USKPCN64EBIhx0b2ITfWYbZoUj69pwZjgG2WItBm6Pa0RsVL4/94guTxk5jeepSDlRYnugd1NdM4pQqAQ==:", 401, "bad-signature" },
    };

    /// <summary>A header that changes what a request means, and that a gateway could strip or add unless it is covered.</summary>
    public static TheoryData<string, string> SemanticHeaders => new()
    {
        { "PUT", "Content-Type: text/plain" },
        { "PUT", "If-Match: *" },
        { "PUT", "If-None-Match: *" },
        { "GET", "Range: bytes=0-0" },
        { "POST", "Kv-If-Length: 4" },
        { "PUT", "Prefer: return=receipt" },
    };

    /// <summary>A signature of another form: how, and the words that tell the client.</summary>
    public static TheoryData<string, string, string> Forms => new()
    {
        { "\"@method\" ", "", "'@method' must be covered." },
        { "\"@path\" ", "", "'@path' must be covered." },
        { "\"@query\" ", "", "'@query' must be covered." },
        { "\"content-digest\" ", "", "'content-digest' must be covered." },
        { " \"kv-cluster\"", "", "'kv-cluster' must be covered." },
        { "\"@method\"", "\"@method\" \"@authority\"", "'@authority' must not be covered" },
        { "\"@method\"", "\"@method\" \"content-length\"", "'content-length' must not be covered" },
        { "\"@method\"", "\"@method\" \"x-other\"", "'x-other' is covered" },
        { "\"@method\"", "\"@method\" \"if-match\"", "'if-match' is covered" },
        { "\"@method\"", "\"@method\" \"@method\"", "twice" },
        { "\"@method\" \"@path\"", "\"@path\" \"@method\"", "The components must stand in the order @method @path @query content-digest kv-cluster." },
        { "\"@method\" \"@path\"", "\"@method\"  \"@path\"", "white space" },
        { "\"@path\"", "\"@path\";req", "'\"@path\";req' is not a component's name" },
        { "(", "", "does not begin with the list" },
        { ";alg=\"ed25519\"", "", "The parameter 'alg' is missing." },
        { ";alg=\"ed25519\"", ";alg=\"rsa-pss-sha512\"", "'alg' must be \"ed25519\"." },
        { ";alg=\"ed25519\"", ";alg=\"ed25519\";foo=1", "no parameter 'foo'" },
        { ";alg=\"ed25519\"", "; alg=\"ed25519\"", "white space" },
        { ";created=", ";created=0", "'created' must be whole seconds" },
        { ";created=", ";created=-", "'created' must be whole seconds" },
        { ";expires=", ";expires=\"", "'expires' must be whole seconds" },
        { ";nonce=\"", ";nonce=\"A", "'nonce' must be" },
        { ";keyid=\"", ";keyid=\"+", "'keyid' must be" },
        { ";tag=\"kv-request-v1\"", ";tag=\"other\"", "No member" },
        { ";alg=\"ed25519\";tag=\"kv-request-v1\"", ";tag=\"kv-request-v1\";alg=\"ed25519\"", "The parameters must stand in the order created, expires, nonce, keyid, alg, tag" },
    };

    /// <summary>Fields that do not belong together: which one, what becomes of it ({0} is what it was), and the words.</summary>
    public static TheoryData<string, string, string> Fields => new()
    {
        { "Signature", "", "no member 'sig1'" },
        { "Signature", "sig2=:AAAA:", "no member 'sig1'" },
        { "Signature", "{0}, {0}", "more than one member 'sig1'" },
        { "Signature", "sig1=:AAAA:", "base64 of 64 bytes" },
        { "Signature", "sig1=AAAA", "base64 of 64 bytes" },
        { "Signature-Input", "", "No member" },
        { "Signature-Input", "{0}, sig2{0}", "More than one member" },
        { "Signature-Input", "{0}, sig1=()", "more than one member 'sig1'" },
        { "Signature-Input", "SIG{0}", "label" },
        { "Kv-Cluster", "", "'kv-cluster' is missing" },
        { "Content-Digest", "", "'content-digest' is missing" },
        { "Content-Digest", "{0}, sha-512=:AAAA:", "and nothing else" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Changing_what_is_covered_is_refused(string method, string header, string what, string change, int status, string code)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        var draft = new Draft(method, target, method is "PUT" or "POST" ? Body : null, header.Length == 0 ? [] : [header]);
        var headers = client.Sign(draft);
        var body = draft.Body;
        switch (what)
        {
            case "@method": method = change; break;
            case "@path": target += change; break;
            case "@query": target += change; break;
            case "@body": body = change; break;
            case "@body and digest":
                body = change;
                headers = headers.With("Content-Digest", _ => HandSigner.DigestOf(change));
                break;
            case "created" or "expires": headers = headers.With("Signature-Input", input => Shift(input, what, long.Parse(change, null))); break;
            case "nonce" or "keyid": headers = headers.With("Signature-Input", input => Replace(input, $"(?<={what}=\")[^\"]*", _ => change)); break;
            default: headers = headers.With(what, _ => change); break;
        }

        using var answer = await gateway.Sent(method, target, body, headers);
        var problem = await answer.Problem(status, code);
        if (status == 401) Assert.StartsWith("sig1=(\"@method\" \"@path\" \"@query\"", answer.Header("Accept-Signature"), StringComparison.Ordinal);
        if (code == "bad-signature") Assert.Contains("\"@path\": /v1/kv/", problem.GetProperty("signatureBase").GetString(), StringComparison.Ordinal);
        Assert.Equal("before", await gateway.Get(draft.Target).Body());
    }

    [Theory]
    [MemberData(nameof(SemanticHeaders))]
    public async Task A_header_with_a_meaning_must_be_covered_and_may_not_be_added_or_taken_away(string method, string header)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        var name = header.Split(':')[0];
        var bare = new Draft(method, target, method is "PUT" or "POST" ? Body : null);

        using (var added = await gateway.Sent(method, target, bare.Body, [.. client.Sign(bare), header]))
        {
            var problem = await added.Problem(401, "signature-profile");
            Assert.Contains($"'{name.ToLowerInvariant()}' is present and not covered", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Contains($"\"{name.ToLowerInvariant()}\"", added.Header("Accept-Signature"), StringComparison.Ordinal);
        }

        var stripped = client.Sign(bare with { Headers = [header] }).Without(name);
        var missing = await gateway.Sent(method, target, bare.Body, stripped).Problem(401, "signature-profile");
        Assert.Contains($"'{name.ToLowerInvariant()}' is covered", missing.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("before", await gateway.Get(target).Body());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_signature_of_another_form_is_told_the_first_difference(string part, string other, string words)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        var draft = new Draft("PUT", target, Body) { Input = input => input.Replace(part, other, StringComparison.Ordinal) };
        using var answer = await gateway.Signed(client, draft);
        var problem = await answer.Problem(401, "signature-profile");
        Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            "sig1=(\"@method\" \"@path\" \"@query\" \"content-digest\" \"kv-cluster\");created;expires;alg=\"ed25519\";tag=\"kv-request-v1\"",
            answer.Header("Accept-Signature"));
        Assert.Equal("before", await gateway.Get(target).Body());
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Fields_that_do_not_belong_together_are_refused(string field, string change, string words)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        var signed = client.Sign(new Draft("PUT", target, Body));
        var headers = change.Length == 0 ? signed.Without(field) : signed.With(field, value => string.Format(null, change, value));
        var problem = await gateway.Sent("PUT", target, Body, headers).Problem(401, "signature-profile");
        Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("before", await gateway.Get(target).Body());
    }

    [Theory]
    [InlineData(-600, -301, "request-expired")]
    [InlineData(-60, -1, "request-expired")]
    [InlineData(-1, 300, "signature-times")]
    [InlineData(5, 4, "signature-times")]
    [InlineData(120, 180, "signature-times")]
    public async Task Times_that_can_not_be_are_refused_at_once(long created, long expires, string code)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        var problem = await gateway.Signed(client, new Draft("PUT", target, Body) { Created = created, Expires = expires }).Problem(401, code);
        Assert.False(problem.GetProperty("retryable").GetBoolean());
        await gateway.Signed(client, new Draft("GET", target) { Created = created, Expires = expires }).Problem(401, code);
        Assert.Equal("before", await gateway.Get(target).Body());
    }

    [Fact]
    public async Task The_right_cluster_is_named_to_who_takes_another_for_it()
    {
        using var client = new HandSigner("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g");
        var here = (await gateway.Get("/v1/cluster").Json()).GetProperty("cluster").GetString()!;
        var problem = await gateway.Signed(client, new Draft("PUT", "/v1/kv/elsewhere", Body)).Problem(401, "wrong-cluster");
        Assert.Contains(here, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("SEVRugOEJt2f8tLwyDyzw4Re3feT3JN0ISVc1oc6Z7g", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "If-Range: \"r1\"", "'if-range'")]
    [InlineData("HEAD", "Range: bytes=0-0", null)]
    public async Task A_header_that_is_never_covered_is_refused_where_it_would_mean_something(string method, string header, string? words)
    {
        using var client = await HandSigner.For(gateway);
        var target = await NewKey();
        using var answer = await gateway.Sent(method, target, null, [.. client.Sign(new Draft(method, target)), header]);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        if (words is not null) Assert.Contains(words, (await answer.Json()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static string Shift(string input, string name, long by) =>
        Replace(input, $"(?<={name}=)[0-9]+", match => $"{long.Parse(match.Value, null) + by}");

    private static string Replace(string input, string pattern, MatchEvaluator change) =>
        Regex.Replace(input, pattern, change, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private async Task<string> NewKey()
    {
        var target = $"/v1/kv/refused/{Guid.NewGuid():N}";
        await gateway.Put(target, "before").Is(HttpStatusCode.Created);
        return target;
    }
}
