using FsCheck;
using FsCheck.Fluent;

namespace KvStore.Protocol.Tests;

public class RoundTripTests
{
    [Fact]
    public void Every_message_is_what_it_was_after_encoding_and_decoding() => Prop.ForAll<int>(seed =>
    {
        var message = new RandomValues(seed).Message();
        var bytes = MessageCodec.Encode(Samples.Context, message);
        var decoded = MessageCodec.Decode(Samples.Context, bytes, out _);
        return decoded is not null && decoded.GetType() == message.GetType() && MessageCodec.Encode(Samples.Context, decoded).AsSpan().SequenceEqual(bytes);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Every_log_record_is_what_it_was_after_encoding_and_decoding() => Prop.ForAll<int>(seed =>
    {
        var record = new RandomValues(seed).Record();
        var bytes = LogRecordCodec.Encode(record);
        var decoded = LogRecordCodec.Decode(bytes);
        return decoded is not null && decoded.Kind == record.Kind && LogRecordCodec.Encode(decoded).AsSpan().SequenceEqual(bytes);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Every_request_keeps_its_digest_and_its_signature_base() => Prop.ForAll<int>(seed =>
    {
        var request = new RandomValues(seed).Request();
        var reader = new CanonicalReader(Samples.Encode(request.Encode));
        var decoded = Request.Decode(ref reader);
        return reader.Complete && decoded!.DigestFor(Samples.Context.Cluster) == request.DigestFor(Samples.Context.Cluster)
            && SignatureBase.Of(decoded, Samples.Context.Cluster).AsSpan().SequenceEqual(SignatureBase.Of(request, Samples.Context.Cluster))
            && decoded.Signature == request.Signature && decoded.Nonce == request.Nonce && decoded.Client == request.Client;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_batch_keeps_its_digest_and_the_digest_depends_on_time_and_order() => Prop.ForAll<int>(seed =>
    {
        var batch = new RandomValues(seed).Batch();
        var reader = new CanonicalReader(Samples.Encode(batch.Encode));
        var decoded = Batch.Decode(ref reader);
        var later = new Batch(new Timestamp(batch.Time.UnixMilliseconds + 1), batch.Requests);
        var turned = new Batch(batch.Time, [.. batch.Requests.Reverse()]);
        return reader.Complete && decoded.Digest == batch.Digest && later.Digest != batch.Digest
            && (batch.Requests.Distinct().Count() < 2 || turned.Digest != batch.Digest);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_result_is_what_it_was_after_encoding_and_decoding() => Prop.ForAll<int>(seed =>
    {
        var result = new RandomValues(seed).Result();
        var reader = new CanonicalReader(result.ToBytes());
        var decoded = OperationResult.Decode(ref reader);
        return reader.Complete && decoded.ToBytes().AsSpan().SequenceEqual(result.ToBytes());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_decode_to_nothing_or_to_what_encodes_to_them() => Prop.ForAll<byte[]>(bytes =>
    {
        var decoded = MessageCodec.Decode(Samples.Context, bytes, out _);
        var record = LogRecordCodec.Decode(bytes);
        return (decoded is null || MessageCodec.Encode(Samples.Context, decoded).AsSpan().SequenceEqual(bytes))
            && (record is null || LogRecordCodec.Encode(record).AsSpan().SequenceEqual(bytes));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void An_operation_that_is_not_printable_ASCII_or_has_headers_out_of_order_is_not_made()
    {
        (OperationHeader, string)[] none = [];
        Assert.True(Make(OperationMethod.Put, "/a", "?b", none));
        Assert.False(Make(OperationMethod.Put, "a", "", none));
        Assert.False(Make(OperationMethod.Put, "/a b", "", none));
        Assert.False(Make(OperationMethod.Put, "/ä", "", none));
        Assert.False(Make(OperationMethod.Put, "/a\n", "", none));
        Assert.False(Make(OperationMethod.Put, "/a", "b", none));
        Assert.False(Make(OperationMethod.Put, "/" + new string('a', Operation.TextBytesMax), "", none));
        Assert.False(Make((OperationMethod)6, "/a", "", none));
        Assert.False(Make(OperationMethod.Put, "/a", "", [(OperationHeader.Range, "x"), (OperationHeader.IfMatch, "x")]));
        Assert.False(Make(OperationMethod.Put, "/a", "", [(OperationHeader.Range, "x"), (OperationHeader.Range, "x")]));
        Assert.False(Make(OperationMethod.Put, "/a", "", [(OperationHeader.Range, " x")]));
        Assert.False(Make(OperationMethod.Put, "/a", "", [((OperationHeader)7, "x")]));
        Assert.False(Protocol.Operation.TryCreate(OperationMethod.Get, "/a", "", [], new byte[1], out _));
    }

    private static bool Make(OperationMethod method, string path, string query, (OperationHeader Header, string Value)[] headers) =>
        Protocol.Operation.TryCreate(method, path, query, [.. headers.Select(each => new OperationHeaderField(each.Header, each.Value))], default, out _);
}
