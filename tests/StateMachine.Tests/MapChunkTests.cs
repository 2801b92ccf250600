namespace KvStore.StateMachine.Tests;

public class MapChunkTests
{
    private const int RecordCount = 400;

    private static readonly (AuthenticatedMap Map, SortedDictionary<Digest, MapRecord> Records) _sample = ReferenceMap.Numbered(RecordCount);
    private static readonly Digest[] _paths = [.. _sample.Records.Keys];

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void Chunks_one_after_the_other_give_every_record_once_and_in_order(int maxBytes)
    {
        var seen = new List<Digest>();
        for (var from = Digest.Zero; ;)
        {
            var bytes = _sample.Map.GetChunk(from, maxBytes).ToBytes();
            var view = new ChunkView(bytes);
            Assert.True(view.Chunk.TryVerify(_sample.Map.Root, from, out var next, out var isLast));
            Assert.True(maxBytes > 1 || view.Records.Count == 1);
            Assert.True(view.Records.Sum(r => r.Length + 4) <= maxBytes || view.Records.Count == 1);
            seen.AddRange(view.Chunk.Records.Select(r => r.Path));
            Assert.Equal(isLast, next == Digest.Zero);
            if (isLast) break;
            Assert.True(next.CompareTo(from) > 0);
            from = next;
        }

        Assert.Equal(_paths, seen);
    }

    [Fact]
    public void A_chunk_may_start_anywhere_on_a_record_beside_one_or_where_there_is_none()
    {
        foreach (var from in Starts())
        {
            foreach (var maxBytes in (int[])[1, 200, 5000, 1_000_000])
            {
                var view = new ChunkView(_sample.Map.GetChunk(from, maxBytes).ToBytes());
                Assert.True(view.Chunk.TryVerify(_sample.Map.Root, from, out var upTo, out var isLast));
                var expected = _paths.Where(p => p.CompareTo(from) >= 0 && (isLast || p.CompareTo(upTo) < 0));
                Assert.Equal(expected, view.Chunk.Records.Select(r => r.Path));
            }
        }
    }

    [Fact]
    public void Chunks_of_an_empty_map_and_of_a_map_of_one_are_proven_from_anywhere()
    {
        var one = AuthenticatedMap.Empty.Set(ReferenceMap.Record("k", "v"));
        foreach (var map in (AuthenticatedMap[])[AuthenticatedMap.Empty, one])
        {
            foreach (var from in Starts().Concat(one.Records().Select(r => r.Path)))
            {
                var view = new ChunkView(map.GetChunk(from, 100).ToBytes());
                Assert.True(view.Chunk.TryVerify(map.Root, from, out _, out var isLast));
                Assert.True(isLast);
                Assert.Equal(map.Records().Count(r => r.Path.CompareTo(from) >= 0), view.Records.Count);
            }
        }
    }

    [Fact]
    public void A_record_larger_than_a_chunk_comes_by_itself()
    {
        var large = ReferenceMap.Record("large", new string('x', 100_000));
        var map = _sample.Map.Set(large);
        var view = new ChunkView(map.GetChunk(large.Path, 1000).ToBytes());
        Assert.True(view.Chunk.TryVerify(map.Root, large.Path, out _, out _));
        Assert.Equal(large.Digest, Assert.Single(view.Chunk.Records).Digest);
    }

    [Fact]
    public void A_chunk_with_a_record_missing_altered_added_or_out_of_order_is_refused()
    {
        foreach (var from in Starts().Where((_, i) => i % 7 == 0))
        {
            Refused(from, v => v.Records.RemoveAt(0));
            Refused(from, v => v.Records.RemoveAt(v.Records.Count / 2));
            Refused(from, v => v.Records.RemoveAt(v.Records.Count - 1));
            Refused(from, v => v.Records[0] = MapRecord.Create("key-1"u8, "another body"u8).Bytes.ToArray());
            Refused(from, v => v.Records[^1][^1] ^= 1);
            Refused(from, v => v.Records.Insert(0, v.Records[0]));
            Refused(from, v => v.Records.Reverse());
            Refused(from, v => v.Records.Clear());
            for (var i = 0; i < 64; i++)
            {
                var added = ReferenceMap.Record($"added-{i}", "body");
                Refused(from, v => v.Records.Insert(PlaceOf(v, added.Path), added.Bytes.ToArray()));
            }
        }
    }

    [Fact]
    public void A_chunk_for_another_start_or_with_another_claim_about_the_end_is_refused()
    {
        var from = _paths[100];
        var bytes = _sample.Map.GetChunk(from, 2000).ToBytes();
        Assert.True(ChunkView.IsAccepted(bytes, _sample.Map.Root, from));
        Assert.False(ChunkView.IsAccepted(bytes, Digest.Of("another root"u8), from));
        Assert.False(ChunkView.IsAccepted(bytes, _sample.Map.Root, _paths[99]));
        Assert.False(ChunkView.IsAccepted(bytes, _sample.Map.Root, _paths[101]));
        Assert.False(ChunkView.IsAccepted(bytes, _sample.Map.Root, Digest.Zero));
        Refused(from, v => v.ReachesEnd = true);
        Refused(_paths[^5], v => v.ReachesEnd = false, maxBytes: 100_000);
    }

    [Fact]
    public void A_chunk_with_any_bit_changed_is_refused()
    {
        foreach (var from in (Digest[])[_paths[7], PathBits.Next(_paths[50]), _paths[^2]])
        {
            var bytes = _sample.Map.GetChunk(from, 300).ToBytes();
            Assert.True(ChunkView.IsAccepted(bytes, _sample.Map.Root, from));
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(ChunkView.IsAccepted(bytes, _sample.Map.Root, from), $"bit {bit}");
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void A_chunk_that_is_cut_short_or_goes_on_is_malformed()
    {
        var bytes = _sample.Map.GetChunk(_paths[7], 300).ToBytes();
        for (var length = 0; length < bytes.Length; length++) Assert.False(new ChunkView(bytes[..length]).IsWellFormed);
        Assert.False(new ChunkView([.. bytes, 0]).IsWellFormed);
    }

    [Fact]
    public void A_record_before_the_start_is_refused_although_it_is_in_the_map()
    {
        var tried = 0;
        foreach (var path in _paths)
        {
            // The record right before the start shares a leaf's place with it, so that the proof shows it as lying outside.
            var view = new ChunkView(_sample.Map.GetChunk(PathBits.Next(path), 500).ToBytes());
            var at = view.Proof.AsSpan().IndexOf(path.ToArray());
            if (at < 0) continue;
            view.Records.Insert(0, _sample.Records[path].Bytes.ToArray());
            view.Proof = [.. view.Proof[..(at - 1)], 1, .. view.Proof[(at + 2 * Digest.Length)..]];
            Assert.False(ChunkView.IsAccepted(view.ToBytes(), _sample.Map.Root, PathBits.Next(path)));
            Assert.True(ChunkView.IsAccepted(_sample.Map.GetChunk(path, 700).ToBytes(), _sample.Map.Root, path));
            tried++;
        }

        Assert.True(tried > RecordCount / 2);
    }

    [Fact]
    public void A_chunk_for_a_later_start_does_not_cover_an_earlier_one()
    {
        var view = new ChunkView(_sample.Map.GetChunk(PathBits.Next(_paths[20]), 100_000).ToBytes());
        Assert.True(view.Chunk.TryVerify(_sample.Map.Root, PathBits.Next(_paths[20]), out _, out _));
        Assert.False(view.Chunk.TryVerify(_sample.Map.Root, _paths[20], out _, out _));
        Assert.False(view.Chunk.TryVerify(_sample.Map.Root, Digest.Zero, out _, out _));
    }

    private static void Refused(Digest from, Action<ChunkView> change, int maxBytes = 1200)
    {
        var bytes = _sample.Map.GetChunk(from, maxBytes).ToBytes();
        Assert.True(ChunkView.IsAccepted(bytes, _sample.Map.Root, from));
        var view = new ChunkView(bytes);
        if (view.Records.Count < 2) return; // The last start has no records, or one, and nothing to put out of order.
        change(view);
        Assert.NotEqual(bytes, view.ToBytes());
        Assert.False(ChunkView.IsAccepted(view.ToBytes(), _sample.Map.Root, from));
    }

    private static int PlaceOf(ChunkView view, Digest path) => view.Chunk.Records.Count(r => r.Path.CompareTo(path) < 0);

    // Ranges' starts, records' paths, the paths right after them, and both ends.
    private static IEnumerable<Digest> Starts() =>
        Enumerable.Range(0, 16).Select(i => SnapshotAssembler.RangeStart(i, 16))
            .Concat(_paths.Where((_, i) => i % 10 == 0))
            .Concat(_paths.Where((_, i) => i % 10 == 5).Select(PathBits.Next))
            .Append(_paths[^1])
            .Append(PathBits.Next(_paths[^1]))
            .Append(Digest.Read(Enumerable.Repeat((byte)255, 32).ToArray()));
}
