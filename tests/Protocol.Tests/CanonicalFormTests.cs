// protocol.md section 3: one encoding for a value, and bytes that are not it are refused, never thrown on.
namespace KvStore.Protocol.Tests;

public class CanonicalFormTests
{
    private const int EveryValueUpTo = 700;

    public static TheoryData<string> MessageNames => [.. Samples.Messages.Select(each => each.Name)];

    public static TheoryData<string> RecordNames => [.. Samples.Records.Select(each => each.Name)];

    public static TheoryData<string> ResultNames => [.. Samples.Results.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_message_that_is_cut_changed_or_longer_is_refused_or_is_another_message_in_canonical_form(string name) =>
        Check(MessageCodec.Encode(Samples.Context, Samples.Messages.Single(each => each.Name == name).Message), bytes =>
            MessageCodec.Decode(Samples.Context, bytes, out _) is { } message ? MessageCodec.Encode(Samples.Context, message) : null);

    [Theory]
    [MemberData(nameof(RecordNames))]
    public void A_log_record_that_is_cut_changed_or_longer_is_refused_or_is_another_record_in_canonical_form(string name) =>
        Check(LogRecordCodec.Encode(Samples.Records.Single(each => each.Name == name).Record), bytes =>
            LogRecordCodec.Decode(bytes) is { } record ? LogRecordCodec.Encode(record) : null);

    [Theory]
    [MemberData(nameof(ResultNames))]
    public void A_result_that_is_cut_changed_or_longer_is_refused_or_is_another_result_in_canonical_form(string name) =>
        Check(Samples.Results.Single(each => each.Name == name).Result.ToBytes(), bytes =>
        {
            var reader = new CanonicalReader(bytes);
            var result = OperationResult.Decode(ref reader);
            return reader.Complete ? result.ToBytes() : null;
        });

    [Fact]
    public void A_truth_value_is_0_or_1()
    {
        for (var value = 0; value < 256; value++)
        {
            var reader = new CanonicalReader(new[] { (byte)value });
            Assert.Equal(value == 1, reader.Bool());
            Assert.Equal(value <= 1, reader.Complete);
        }
    }

    [Fact]
    public void Integers_are_little_endian_and_views_positions_and_times_have_a_largest_number()
    {
        var bytes = Samples.Encode(writer =>
        {
            writer.UInt16(0x0102);
            writer.UInt32(0x01020304);
            writer.UInt64(0x0102030405060708);
        });
        Assert.Equal([2, 1, 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 1], bytes);
        foreach (var (number, good) in new[] { (CanonicalReader.NumberMax, true), (CanonicalReader.NumberMax + 1, false), (ulong.MaxValue, false) })
        {
            var reader = new CanonicalReader(BitConverter.GetBytes(number));
            Assert.Equal(good ? number : 0, reader.Sequence().Number);
            Assert.Equal(good, reader.Complete);
        }
    }

    [Theory]
    [InlineData(MessageKind.FetchRequests)]
    [InlineData(MessageKind.FetchBatches)]
    [InlineData(MessageKind.Requests)]
    [InlineData(MessageKind.Batches)]
    public void A_count_over_its_limit_is_refused_however_long_the_message_is(MessageKind kind)
    {
        foreach (var count in new[] { PeerMessage.FetchMax + 1, int.MaxValue, -1 })
        {
            var bytes = new byte[1 + 4 + (200 * (PeerMessage.FetchMax + 1))];
            bytes[0] = (byte)kind;
            BitConverter.TryWriteBytes(bytes.AsSpan(1), count);
            Assert.Null(MessageCodec.Decode(Samples.Context, bytes, out var rejection));
            Assert.Equal(RejectionKind.Malformed, rejection);
        }
    }

    [Fact]
    public void As_many_digests_as_the_limit_allows_are_taken()
    {
        var message = new FetchRequestsMessage([.. Enumerable.Repeat(Digest.Zero, PeerMessage.FetchMax)]);
        Assert.NotNull(MessageCodec.Decode(Samples.Context, MessageCodec.Encode(Samples.Context, message), out _));
    }

    [Fact]
    public void A_message_over_the_limit_is_oversized()
    {
        Assert.Null(MessageCodec.Decode(Samples.Context, new byte[MessageCodec.BytesMax + 1], out var rejection));
        Assert.Equal(RejectionKind.Oversized, rejection);
    }

    [Fact]
    public void An_empty_message_and_every_unknown_kind_are_malformed()
    {
        Assert.Null(MessageCodec.Decode(Samples.Context, default, out _));
        for (var kind = 0; kind < 256; kind++)
        {
            if (Enum.IsDefined((MessageKind)kind)) continue;
            Assert.Null(MessageCodec.Decode(Samples.Context, new[] { (byte)kind }, out var rejection));
            Assert.Equal(RejectionKind.Malformed, rejection);
        }
    }

    [Fact]
    public void A_count_reserves_no_more_memory_than_the_message_is_long()
    {
        var reader = new CanonicalReader(new byte[] { 0xff, 0xff, 0, 0, 1, 2, 3 });
        Assert.Equal(0, reader.Count(int.MaxValue, elementBytesMin: 1));
        Assert.True(reader.Failed);
    }

    // adversary.md row 7: replayed from another cluster, shard or epoch.
    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_statement_of_another_cluster_group_or_epoch_is_of_another_context(string name)
    {
        var message = Samples.Messages.Single(each => each.Name == name).Message;
        if (message is not (StatementMessage or ProposalMessage)) return;
        var here = Samples.Context;
        foreach (var other in new[] { here with { Cluster = default }, here with { Group = new GroupId(1) }, here with { Epoch = new Epoch(4) } })
        {
            Assert.Null(MessageCodec.Decode(here, MessageCodec.Encode(other, message), out var rejection));
            Assert.Equal(RejectionKind.OtherContext, rejection);
        }
    }

    private static void Check(byte[] bytes, Func<byte[], byte[]?> recode)
    {
        Assert.Equal(bytes, recode(bytes));
        for (var length = 0; length < bytes.Length; length++) Assert.Null(recode(bytes[..length]));
        for (var more = 0; more < 256; more++) Assert.Null(recode([.. bytes, (byte)more]));
        var mutated = (byte[])bytes.Clone();
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var value in Values(bytes[at], bytes.Length))
            {
                mutated[at] = value;
                if (recode(mutated) is { } again && !again.AsSpan().SequenceEqual(mutated))
                    Assert.Fail($"Byte {at} as {value:x2} has two encodings: {Convert.ToHexStringLower(mutated)} and {Convert.ToHexStringLower(again)}.");
            }

            mutated[at] = bytes[at];
        }
    }

    private static IEnumerable<byte> Values(byte was, int length) => length <= EveryValueUpTo
        ? Enumerable.Range(1, 255).Select(difference => (byte)(was ^ difference))
        : Enumerable.Range(0, 8).Select(bit => (byte)(was ^ (1 << bit))).Append((byte)(was ^ 0xff));
}
