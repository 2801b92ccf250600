using System.Collections.Immutable;
using System.Globalization;
using KvStore.Api.Listing;
using KvStore.StateMachine;

namespace KvStore.Api.Tests;

/// <summary>The merge of pages against the slow and obvious way: put all keys together, sort them, and cut.</summary>
public sealed class ListMergeTests
{
    private const int Cases = 2000;

    [Fact]
    public void Page_after_page_the_merge_has_every_key_once_in_order_and_says_where_it_goes_on()
    {
        var random = new Random(7);
        for (var i = 0; i < Cases; i++)
        {
            var shards = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new List<string>()).ToList();
            var keys = Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(100).ToString("00", CultureInfo.InvariantCulture)).Distinct().ToList();
            foreach (var key in keys) shards[random.Next(shards.Count)].Add(key);
            foreach (var shard in shards) shard.Sort(StringComparer.Ordinal);
            Assert.Equal(keys.Order(StringComparer.Ordinal), AllPages(shards, random));
        }
    }

    [Fact]
    public void A_page_has_no_more_keys_and_bytes_than_it_may_but_always_one()
    {
        var pages = new[] { Page(["a", "c"], from: "", limit: 9), Page(["b", "d"], from: "", limit: 9) };
        Assert.Equal("c", ListMerge.Merge(pages, limit: 2, bytesMax: 100).Next.ToString());
        Assert.Equal("b", ListMerge.Merge(pages, limit: 9, bytesMax: 1).Next.ToString());
        Assert.Equal("d", ListMerge.Merge(pages, limit: 9, bytesMax: 3).Next.ToString());
        Assert.Single(ListMerge.Merge(pages, limit: 9, bytesMax: 0).Entries);
    }

    [Fact]
    public void Totals_are_added_where_they_were_asked_for()
    {
        var counted = Page(["a"], from: "", limit: 9) with { Total = 3 };
        Assert.Equal(6UL, ListMerge.Merge([counted, counted with { Entries = [] }], limit: 9, bytesMax: 100).Total);
        Assert.Null(ListMerge.Merge([counted with { Total = null }, counted with { Total = null, Entries = [] }], limit: 9, bytesMax: 100).Total);
    }

    // Each shard's page may end where it likes, as one does whose values are large.
    private static List<string> AllPages(List<List<string>> shards, Random random)
    {
        var seen = new List<string>();
        for (var from = ""; ;)
        {
            var limit = random.Next(1, 5);
            var merged = ListMerge.Merge([.. shards.Select(shard => Page(shard, from, random.Next(1, limit + 1)))], limit, random.Next(1, 20));
            Assert.InRange(merged.Entries.Length, 0, limit);
            seen.AddRange(merged.Entries.Select(entry => entry.Key.ToString()));
            if (merged.Next.Length == 0) return seen;
            Assert.NotEmpty(merged.Entries);
            from = merged.Next.ToString();
        }
    }

    private static ListPage Page(IEnumerable<string> keys, string from, int limit)
    {
        var rest = keys.Where(key => string.CompareOrdinal(key, from) >= 0).ToList();
        ImmutableArray<ListEntry> entries = [.. rest.Take(limit).Select(key => new ListEntry(Key.Of(key), 1, 0, "", null))];
        return new ListPage(entries, rest.Count > limit ? Key.Of(rest[limit]) : default, null);
    }
}
