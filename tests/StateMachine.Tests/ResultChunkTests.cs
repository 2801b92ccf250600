using KvStore.Protocol;

namespace KvStore.StateMachine.Tests;

public class ResultChunkTests
{
    private static readonly SessionKey _session = new(Requests.Alice, new SessionId(7));

    [Fact]
    public void Any_changes_and_flushes_leave_in_the_map_what_a_chunk_made_afresh_would_write()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var chunk = new ResultChunk();
            var map = AuthenticatedMap.Empty.ToBuilder();
            var expected = new SortedDictionary<int, byte[]>();
            for (var step = 0; step < 120; step++)
            {
                Change(random, chunk, expected);
                if (random.Next(4) > 0) continue;
                chunk.Flush(map, _session, 3);
                Assert.False(chunk.IsChanged);
                Assert.Equal(Afresh(expected).Root, map.ToImmutable().Root);
            }

            Assert.Equal(expected.Values, expected.Keys.Select(slot => chunk.At(slot).ToArray()));
            chunk.RemoveFrom(map, _session, 3);
            Assert.Equal(0, map.Count);
        }
    }

    [Fact]
    public void What_is_set_aside_is_never_much_more_than_what_the_results_take()
    {
        var chunk = new ResultChunk();
        for (var slot = 0; slot < ResultChunk.Slots; slot++) chunk.Set(slot, Bytes(ResultChunk.ShortBytesMax));
        Assert.InRange(chunk.ReservedBytes, ResultChunk.Slots * ResultChunk.ShortBytesMax, 3 * ResultChunk.Slots * ResultChunk.ShortBytesMax);
        for (var slot = 0; slot < ResultChunk.Slots - 1; slot++)
        {
            chunk.Remove(slot);
            Assert.InRange(chunk.ReservedBytes, 0, 256 + 4 * ResultChunk.ShortBytesMax * (ResultChunk.Slots - 1 - slot));
        }

        Assert.Equal(Bytes(ResultChunk.ShortBytesMax), chunk.At(ResultChunk.Slots - 1).ToArray());
        chunk.Forget();
        Assert.Equal((0U, 0), (chunk.Taken, chunk.ReservedBytes));
    }

    [Fact]
    public void What_a_chunk_has_written_is_read_back_in_any_order_of_its_records()
    {
        var expected = new SortedDictionary<int, byte[]> { [0] = Bytes(60), [5] = Bytes(ResultChunk.ShortBytesMax), [6] = Bytes(ResultChunk.ShortBytesMax + 1), [31] = Bytes(5000) };
        var records = Afresh(expected).Records().ToList();
        Assert.Equal(3, records.Count);
        foreach (var order in (IEnumerable<MapRecord>[])[records, Enumerable.Reverse(records)])
        {
            var chunk = new ResultChunk();
            foreach (var record in order) Assert.True(IsShort(record) ? chunk.TryReadShort(record) : chunk.TryReadLong(RecordKeys.ReadSlot(record.Key) % ResultChunk.Slots, record));
            Assert.False(chunk.IsChanged);
            Assert.Equal(expected.Values, expected.Keys.Select(slot => chunk.At(slot).ToArray()));
        }
    }

    [Fact]
    public void A_record_that_no_chunk_writes_is_refused()
    {
        var chunk = new ResultChunk();
        chunk.Set(2, Bytes(10));
        Assert.False(chunk.TryReadShort(Short(1 << 2, Bytes(9))));
        Assert.False(new ResultChunk().TryReadShort(Short(0)));
        Assert.False(new ResultChunk().TryReadShort(Short(1 << 3, Bytes(ResultChunk.ShortBytesMax + 1))));
        Assert.False(new ResultChunk().TryReadShort(Short(1 << 3 | 1, Bytes(9))));
        Assert.False(new ResultChunk().TryReadShort(Short(1 << 3, Bytes(9), Bytes(9))));
        Assert.False(new ResultChunk().TryReadLong(1, MapRecord.Create(RecordKeys.LongResult(_session, 1), Bytes(ResultChunk.ShortBytesMax))));
    }

    private static void Change(Random random, ResultChunk chunk, SortedDictionary<int, byte[]> expected)
    {
        var slot = random.Next(ResultChunk.Slots);
        if (random.Next(3) == 0 && expected.Remove(slot))
        {
            chunk.Remove(slot);
            Assert.Equal(0, chunk.LengthAt(slot));
            return;
        }

        var result = Bytes(random.Next(8) == 0 ? ResultChunk.ShortBytesMax + random.Next(300) : 1 + random.Next(90), random.Next());
        chunk.Set(slot, result);
        expected[slot] = result;
        Assert.Equal(result.Length, chunk.LengthAt(slot));
    }

    private static AuthenticatedMap Afresh(SortedDictionary<int, byte[]> results)
    {
        var chunk = new ResultChunk();
        foreach (var (slot, result) in results) chunk.Set(slot, result);
        var map = AuthenticatedMap.Empty.ToBuilder();
        chunk.Flush(map, _session, 3);
        return map.ToImmutable();
    }

    private static bool IsShort(MapRecord record) => record.Key[0] == (byte)RecordKind.Results;

    private static MapRecord Short(uint slots, params byte[][] results)
    {
        var writer = new CanonicalWriter();
        writer.UInt32(slots);
        foreach (var result in results) writer.Bytes(result);
        return MapRecord.Create(RecordKeys.Results(_session, 0), writer.Written);
    }

    private static byte[] Bytes(int length, int seed = 0)
    {
        var bytes = new byte[length];
        new Random(seed + length).NextBytes(bytes);
        return bytes;
    }
}
