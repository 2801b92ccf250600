using System.Net;

namespace KvStore.Api.Tests;

/// <summary>Requests that their clients signed, through a real socket.</summary>
public sealed class SignedRequestTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task Every_operation_is_taken_with_its_clients_signature()
    {
        using var client = await HandSigner.For(gateway);
        const string key = "/v1/kv/signed/every%20way";
        using (var created = await gateway.Signed(client, new Draft("PUT", key, "hello", "Content-Type: text/plain", "If-None-Match: *")))
        {
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            Assert.Null(created.Header("Idempotent-Replayed"));
        }

        await gateway.Signed(client, new Draft("POST", key, " world", "Kv-If-Length: 5", "Prefer: return=minimal")).Is(HttpStatusCode.OK);
        Assert.Equal("hello world", await gateway.Signed(client, new Draft("GET", key)).Body());
        Assert.Equal("world", await gateway.Signed(client, new Draft("GET", key + "?consistency=local", null, "Range: bytes=6-")).Body());
        Assert.Equal("hello world", await gateway.Signed(client, new Draft("GET", key + "?consistency=certified")).Body());
        await gateway.Signed(client, new Draft("HEAD", key)).Is(HttpStatusCode.OK);
        await gateway.Signed(client, new Draft("PATCH", key, """{"start":0,"end":5}""", "Content-Type: application/vnd.kv.slice+json")).Is(HttpStatusCode.OK);
        Assert.Equal(1, (await gateway.Signed(client, new Draft("GET", "/v1/kv?prefix=signed/every")).Json()).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await gateway.Signed(client, new Draft("GET", "/v1/kv?prefix=signed/every&consistency=certified")).Json()).GetProperty("items").GetArrayLength());
        await gateway.Signed(client, new Draft("DELETE", key)).Is(HttpStatusCode.NoContent);
        await gateway.Signed(client, new Draft("GET", key)).Problem(404, "not-found");
    }

    [Fact]
    public async Task The_same_bytes_again_get_the_first_answer()
    {
        using var client = await HandSigner.For(gateway);
        var draft = new Draft("POST", "/v1/kv/signed/again", "once");
        var headers = client.Sign(draft);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await gateway.Sent("POST", draft.Target, draft.Body, headers);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.Equal("0", answer.Header("Kv-Append-Offset"));
            Assert.Equal(i == 0 ? null : "true", answer.Header("Idempotent-Replayed"));
        }

        Assert.Equal("once", await gateway.Get(draft.Target).Body());
    }

    [Fact]
    public async Task A_refusal_and_a_certified_read_are_remembered_as_well()
    {
        using var client = await HandSigner.For(gateway);
        var create = new Draft("PUT", "/v1/kv/signed/refused", "x", "If-Match: \"r1\"");
        var read = new Draft("GET", "/v1/kv/signed/refused?consistency=certified");
        var (createHeaders, readHeaders) = (client.Sign(create), client.Sign(read));
        await gateway.Sent("PUT", create.Target, "x", createHeaders).Problem(412, "precondition-failed");
        await gateway.Sent("GET", read.Target, null, readHeaders).Problem(404, "not-found");
        await gateway.Put("/v1/kv/signed/refused", "now it is there").Is(HttpStatusCode.Created);
        foreach (var (sent, headers, status) in new[] { (create, createHeaders, 412), (read, readHeaders, 404) })
        {
            using var again = await gateway.Sent(sent.Method, sent.Target, sent.Body, headers);
            Assert.Equal(status, (int)again.StatusCode);
            Assert.Equal("true", again.Header("Idempotent-Replayed"));
        }
    }

    [Fact]
    public async Task A_nonce_is_good_for_one_content_only()
    {
        using var client = await HandSigner.For(gateway);
        var nonce = HandSigner.NewNonce();
        await gateway.Signed(client, new Draft("PUT", "/v1/kv/signed/nonce", "first") { Nonce = nonce }).Is(HttpStatusCode.Created);
        await gateway.Signed(client, new Draft("PUT", "/v1/kv/signed/nonce", "second") { Nonce = nonce }).Problem(422, "nonce-conflict");
        Assert.Equal("first", await gateway.Get("/v1/kv/signed/nonce").Body());

        // A read that is not ordered uses no nonce up.
        await gateway.Signed(client, new Draft("GET", "/v1/kv/signed/nonce") { Nonce = nonce }).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_nonce_far_below_its_session_is_stale()
    {
        using var client = await HandSigner.For(gateway);
        await gateway.Signed(client, new Draft("PUT", "/v1/kv/signed/stale", "high") { Nonce = HandSigner.NonceOf(1, 8, 0) }).Is(HttpStatusCode.Created);
        using var answer = await gateway.Signed(client, new Draft("PUT", "/v1/kv/signed/stale", "low") { Nonce = HandSigner.NonceOf(1, 0, 1) });
        var problem = await answer.Problem(401, "nonce-stale");
        Assert.False(problem.GetProperty("retryable").GetBoolean());
        Assert.StartsWith("sig1=(\"@method\" ", answer.Header("Accept-Signature"), StringComparison.Ordinal);
        Assert.Equal("high", await gateway.Get("/v1/kv/signed/stale").Body());
    }

    [Fact]
    public async Task Signatures_of_others_may_stand_beside_the_clients()
    {
        using var client = await HandSigner.For(gateway);
        var draft = new Draft("PUT", "/v1/kv/signed/labels", "x") { Label = "mine" };
        const string foreign = "proxy=(\"@authority\" \"a, b\");tag=\"web,\\\"bot\"";
        var headers = client.Sign(draft)
            .With("Signature-Input", input => $"{foreign} , {input},last=(\"@method\")")
            .With("Signature", signature => $"proxy=:AAAA:, {signature}, last=:AAAA:");
        await gateway.Sent("PUT", draft.Target, "x", headers).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_signed_is_the_path_as_it_was_sent()
    {
        using var client = await HandSigner.For(gateway);
        var headers = client.Sign(new Draft("PUT", "/v1/kv/signed/%61", "x"));
        await gateway.Sent("PUT", "/v1/kv/signed/a", "x", headers).Problem(401, "bad-signature");
        var sent = await RawHttp.Send(gateway.Address, "PUT", "/v1/kv/signed/%61", "x", headers); // HttpClient would decode it.
        Assert.StartsWith("HTTP/1.1 201 ", sent, StringComparison.Ordinal);
        Assert.Equal("x", await gateway.Get("/v1/kv/signed/a").Body());
    }

    [Fact]
    public async Task A_signed_head_is_signed_as_head_and_not_ordered()
    {
        using var client = await HandSigner.For(gateway);
        await gateway.Put("/v1/kv/signed/head", "x").Is(HttpStatusCode.Created);
        await gateway.Sent("HEAD", "/v1/kv/signed/head", null, client.Sign(new Draft("GET", "/v1/kv/signed/head"))).Is(HttpStatusCode.Unauthorized);
        await gateway.Signed(client, new Draft("HEAD", "/v1/kv/signed/head")).Is(HttpStatusCode.OK);
        await gateway.Signed(client, new Draft("HEAD", "/v1/kv/signed/head?consistency=certified")).Is(HttpStatusCode.BadRequest);
        await gateway.Signed(client, new Draft("HEAD", "/v1/kv/signed/head", null, "Range: bytes=0-0")).Is(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_page_of_another_origin_may_write_with_a_signature_but_not_where_nobody_looks_at_it()
    {
        using var client = await HandSigner.For(gateway);
        var draft = new Draft("PUT", "/v1/kv/signed/origin", "x", "Origin: http://elsewhere.example");
        await gateway.Signed(client, draft).Is(HttpStatusCode.Created);
        await gateway.Signed(client, new Draft("POST", "/v1/dev/faults", """{"replica":1,"action":"stop"}""", "Origin: http://elsewhere.example"))
            .Problem(403, "cross-origin");
    }

    [Fact]
    public async Task An_unsigned_body_is_held_against_its_digest()
    {
        await gateway.Put("/v1/kv/digest", "right", $"Content-Digest: sha-512=:AAAA:, {HandSigner.DigestOf("right")}").Is(HttpStatusCode.Created);
        await gateway.Put("/v1/kv/digest", "right", "Content-Digest: sha-512=:AAAA:").Is(HttpStatusCode.OK);
        await gateway.Put("/v1/kv/digest", "wrong", $"Content-Digest: {HandSigner.DigestOf("right")}").Problem(400, "bad-content-digest");
        await gateway.Put("/v1/kv/digest", "right", "Content-Digest: sha-256=right").Problem(400, "bad-content-digest");
        Assert.Equal("right", await gateway.Get("/v1/kv/digest").Body());
    }
}
