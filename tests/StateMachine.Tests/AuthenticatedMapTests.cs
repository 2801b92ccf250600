using FsCheck;
using FsCheck.Fluent;

namespace KvStore.StateMachine.Tests;

public class AuthenticatedMapTests
{
    [Fact]
    public void The_empty_map_has_the_root_zero()
    {
        Assert.Equal(Digest.Zero, AuthenticatedMap.Empty.Root);
        Assert.Equal(0, AuthenticatedMap.Empty.Count);
        Assert.False(AuthenticatedMap.Empty.TryGet(Digest.Of("a"u8), out _));
    }

    [Fact]
    public void A_single_record_is_its_leaf_however_deep_its_path_goes()
    {
        var record = ReferenceMap.Record("k", "v");
        byte[] leaf = [0, .. record.Path.ToArray(), .. record.Digest.ToArray()];
        Assert.Equal(Digest.Of(leaf), AuthenticatedMap.Empty.Set(record).Root);
    }

    [Fact]
    public void After_any_changes_the_root_is_that_of_what_the_map_holds() => Prop.ForAll(Changes.ToArbitrary(), changes =>
    {
        var map = AuthenticatedMap.Empty;
        var builder = map.ToBuilder();
        var oracle = new SortedDictionary<Digest, MapRecord>();
        foreach (var (key, body) in changes)
        {
            // A record with no body stands for a removal; a multiple of seven for handing out the map in between.
            var record = ReferenceMap.Record($"key-{key}", $"body-{body}");
            if (body == 0) Assert.Equal(oracle.Remove(record.Path), builder.Remove(record.Path) > 0);
            else Assert.Equal(!oracle.ContainsKey(record.Path), builder.Set(record.Path, oracle[record.Path] = record) == 0);
            if (body % 7 != 1) continue;
            map = builder.ToImmutable();
            Assert.Equal(ReferenceMap.Root(oracle), map.Root);
        }

        map = builder.ToImmutable();
        Assert.Equal(oracle.Count, map.Count);
        Assert.Equal(ReferenceMap.Root(oracle), map.Root);
        Assert.Equal(oracle.Values.Select(r => r.Digest), map.Records().Select(r => r.Digest));
        Assert.All(oracle, pair => Assert.True(map.TryGet(pair.Key, out var found) && found.Digest == pair.Value.Digest));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Earlier_versions_stay_as_they_were_whether_they_were_hashed_or_not() => Prop.ForAll(Changes.ToArbitrary(), changes =>
    {
        var versions = new List<(AuthenticatedMap Map, Digest Expected)>();
        var map = AuthenticatedMap.Empty;
        var oracle = new SortedDictionary<Digest, MapRecord>();
        foreach (var (key, body) in changes)
        {
            var record = ReferenceMap.Record($"key-{key}", $"body-{body}");
            if (body == 0) oracle.Remove(record.Path);
            else oracle[record.Path] = record;
            map = body == 0 ? map.Remove(record.Path) : map.Set(record);
            if (body % 2 == 0) _ = map.Root;
            versions.Add((map, ReferenceMap.Root(oracle)));
        }

        Assert.All(versions, version => Assert.Equal(version.Expected, version.Map.Root));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_builder_has_handed_out_does_not_change_when_it_goes_on() => Prop.ForAll(Changes.ToArbitrary(), changes =>
    {
        var versions = new List<(AuthenticatedMap Map, Digest Expected)>();
        var builder = AuthenticatedMap.Empty.ToBuilder();
        var oracle = new SortedDictionary<Digest, MapRecord>();
        foreach (var (key, body) in changes)
        {
            var record = ReferenceMap.Record($"key-{key}", $"body-{body}");
            if (body == 0 && oracle.Remove(record.Path)) builder.Remove(record.Path);
            else builder.Set(record.Path, oracle[record.Path] = record);
            if (body % 3 == 0) versions.Add((builder.ToImmutable(), ReferenceMap.Root(oracle)));
        }

        Assert.All(versions, version => Assert.Equal(version.Expected, version.Map.Root));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Records_whose_paths_differ_in_the_last_bit_only_are_told_apart_and_parted_again()
    {
        var paths = new List<Digest>();
        for (var bit = 0; bit <= 256; bit += 16)
        {
            // Paths that agree with one up to some bit: the tree goes down to the very last one.
            var bytes = Digest.Of("any path"u8).ToArray();
            if (bit > 0) bytes[(bit - 1) / 8] ^= (byte)(1 << (7 - (bit - 1) % 8));
            paths.Add(Digest.Read(bytes));
        }

        var builder = AuthenticatedMap.Empty.ToBuilder();
        var oracle = new SortedDictionary<Digest, MapRecord>();
        foreach (var path in paths)
        {
            var record = ReferenceMap.Record(path.ToString(), "body");
            builder.Set(path, record);
            oracle[path] = record;
            Assert.Equal(ReferenceMap.Root(oracle), builder.ToImmutable().Root);
        }

        foreach (var path in paths)
        {
            var map = builder.ToImmutable();
            Assert.True(map.Prove(path).Verify(map.Root, path, oracle[path].Digest));
            builder.Remove(path);
            oracle.Remove(path);
            map = builder.ToImmutable();
            Assert.Equal(ReferenceMap.Root(oracle), map.Root);
            Assert.True(map.Prove(path).Verify(map.Root, path, null));
        }
    }

    [Fact]
    public async Task The_root_may_be_computed_by_several_threads_while_the_map_goes_on()
    {
        var (map, _) = ReferenceMap.Numbered(20_000);
        var builder = map.ToBuilder();
        var roots = Enumerable.Range(0, 4).Select(_ => Task.Run(() => map.Root)).ToArray();
        for (var i = 0; i < 20_000; i += 3)
        {
            var record = ReferenceMap.Record($"key-{i}", "changed");
            builder.Set(record.Path, record);
        }

        var expected = ReferenceMap.Numbered(20_000).Map.Root;
        foreach (var root in roots) Assert.Equal(expected, await root);
    }

    // Few keys, so that they are met again.
    internal static Gen<(int Key, int Body)[]> Changes =>
        Gen.Choose(0, 40).SelectMany(key => Gen.Choose(0, 20).Select(body => (key, body < 7 ? 0 : body))).ArrayOf();
}
