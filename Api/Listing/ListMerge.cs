using System.Collections.Immutable;
using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>Makes one page of the pages of several shards, in the order of the keys.</summary>
internal static class ListMerge
{
    /// <summary>Merges pages that begin at the same key; each key is in one of them only.</summary>
    /// <param name="pages">A page of every shard.</param>
    /// <param name="limit">Keys in the merged page, at most.</param>
    /// <param name="bytesMax">Key and value bytes in it, at most, unless a single key has more.</param>
    public static ListPage Merge(ReadOnlySpan<ListPage> pages, int limit, long bytesMax)
    {
        if (pages.Length == 1) return pages[0];
        var taken = new int[pages.Length];
        var entries = ImmutableArray.CreateBuilder<ListEntry>();
        var total = Total(pages);
        var bytesLeft = bytesMax;
        while (true)
        {
            var first = FirstOf(pages, taken, out var key);
            if (first < 0) return new ListPage(entries.DrainToImmutable(), default, total);

            // A shard's page may end before the others do. What comes after its end is not known, so the merged page ends there too.
            var entry = EntryAt(pages[first], taken[first]);
            if (entry is null || entries.Count == limit) return new ListPage(entries.DrainToImmutable(), key, total);
            bytesLeft -= entry.Key.Length + (entry.Value?.Length ?? 0);
            if (bytesLeft < 0 && entries.Count > 0) return new ListPage(entries.DrainToImmutable(), key, total);
            entries.Add(entry);
            taken[first]++;
        }
    }

    // The page with the lowest key that is not merged yet, be it one that it has or the one at which it goes on; -1 when there is none.
    private static int FirstOf(ReadOnlySpan<ListPage> pages, int[] taken, out Key lowest)
    {
        var first = -1;
        lowest = default;
        for (var i = 0; i < pages.Length; i++)
        {
            var key = EntryAt(pages[i], taken[i])?.Key ?? pages[i].Next;
            if (key.Length == 0 || (first >= 0 && key.CompareTo(lowest) >= 0)) continue;
            first = i;
            lowest = key;
        }

        return first;
    }

    private static ListEntry? EntryAt(ListPage page, int index) => index < page.Entries.Length ? page.Entries[index] : null;

    private static ulong? Total(ReadOnlySpan<ListPage> pages)
    {
        ulong? total = 0;
        foreach (var page in pages) total += page.Total;
        return total;
    }
}
