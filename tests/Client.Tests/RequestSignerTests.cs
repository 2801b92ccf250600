using KvStore.Client.Signing;
using KvStore.Protocol;

namespace KvStore.Client.Tests;

/// <summary>What a client signs, and the counters that it gives out.</summary>
public sealed class RequestSignerTests
{
    private static readonly ClusterId _cluster = new(Digest.Of("a cluster"u8));

    [Fact]
    public void A_request_is_signed_as_any_verifier_checks_it()
    {
        using var signer = RequestSigner.WithNewKey(_cluster, TimeProvider.System);
        using var signed = signer.TrySign(Put())!;
        var request = signed.Request;
        Assert.True(Ed25519.Instance.Verify(signer.PublicKey, SignatureBase.Of(request, _cluster), request.Signature));
        Assert.True(request.HasGoodTimes);
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.True(request.Created.UnixMilliseconds < now && now < request.Expires.UnixMilliseconds);
    }

    [Fact]
    public void No_nonce_is_given_out_twice()
    {
        using var signer = RequestSigner.WithNewKey(_cluster, TimeProvider.System);
        var nonces = Enumerable.Range(0, 3000).Select(_ => signer.TrySign(Put())!.Request.Nonce).ToHashSet();
        Assert.Equal(3000, nonces.Count);
    }

    [Fact]
    public void Requests_under_way_never_span_more_than_the_window_of_their_session()
    {
        using var signer = RequestSigner.WithNewKey(_cluster, TimeProvider.System);
        var slowest = signer.TrySign(Put())!.Request.Nonce;
        for (var i = 0; i < 5000; i++)
        {
            using var other = signer.TrySign(Put())!;
            if (other.Request.Nonce.Session == slowest.Session) Assert.True(other.Request.Nonce.Counter - slowest.Counter < StateLimits.SessionWindow);
        }
    }

    [Fact]
    public void With_too_many_under_way_there_is_no_room_until_one_ends()
    {
        using var signer = RequestSigner.WithNewKey(_cluster, TimeProvider.System);
        var underWay = new Queue<SignedRequest>();
        while (signer.TrySign(Put()) is { } signed) underWay.Enqueue(signed);
        Assert.True(underWay.Count >= 10_000);
        underWay.Dequeue().Dispose();
        Assert.NotNull(signer.TrySign(Put()));
        Assert.Null(signer.TrySign(Put()));
    }

    [Fact]
    public void A_counter_that_ends_out_of_order_frees_no_room_before_the_oldest()
    {
        var counters = new SessionCounters();
        while (counters.TryTake(out _))
        {
        }

        counters.End(1);
        Assert.False(counters.TryTake(out _));
        counters.End(0);
        Assert.True(counters.TryTake(out _));
        Assert.True(counters.TryTake(out _));
        Assert.False(counters.TryTake(out _));
    }

    private static Operation Put()
    {
        Assert.True(Operation.TryCreate(OperationMethod.Put, "/v1/kv/key", "", [], "value"u8.ToArray(), out var operation));
        return operation;
    }
}
