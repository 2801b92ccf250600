using System.Buffers.Text;
using System.Text;
using static KvStore.StateMachine.Tests.Requests;

namespace KvStore.StateMachine.Tests;

public class ListTests
{
    private readonly Shard _shard = new();

    public ListTests() => _shard.Do(Put("b/2", "two"), Put("a", "A"), Put("b/1", "one", (OperationHeader.ContentType, "text/plain")), Put("c", ""), Put("b", "B"));

    [Fact]
    public void All_keys_are_listed_in_order_with_their_values()
    {
        var page = _shard.List();
        Assert.Equal("a b b/1 b/2 c", Names(page));
        Assert.Equal("A B one two ", string.Join(' ', page.Entries.Select(e => Encoding.UTF8.GetString(e.Value!.Value.Span))));
        Assert.Equal([2, 5, 3, 1, 4], page.Entries.Select(e => (int)e.Revision));
        Assert.Equal([1, 1, 3, 3, 0], page.Entries.Select(e => (int)e.Length));
        Assert.Equal("text/plain", page.Entries[2].ContentType);
        Assert.Equal(0, page.Next.Length);
        Assert.Null(page.Total);
    }

    [Theory]
    [InlineData("?prefix=b", "b b/1 b/2")]
    [InlineData("?prefix=b/", "b/1 b/2")]
    [InlineData("?prefix=b%2F", "b/1 b/2")]
    [InlineData("?prefix=", "a b b/1 b/2 c")]
    [InlineData("?prefix=zz", "")]
    [InlineData("?start=b/1", "b/1 b/2 c")]
    [InlineData("?start=b/0", "b/1 b/2 c")]
    [InlineData("?end=b/1", "a b")]
    [InlineData("?start=b&end=c", "b b/1 b/2")]
    [InlineData("?start=c&end=b", "")]
    [InlineData("?prefix=b&start=b/1&end=b/2", "b/1")]
    [InlineData("?prefix=b&start=a&end=z", "b b/1 b/2")]
    [InlineData("?after=Yg", "b/1 b/2 c")]
    [InlineData("?after=Yg&prefix=b&limit=1", "b/1")]
    [InlineData("?consistency=certified&wait=3s", "a b b/1 b/2 c")]
    public void A_listing_has_a_prefix_a_start_and_an_end(string query, string names) => Assert.Equal(names, Names(_shard.List(query)));

    [Fact]
    public void Keys_only_leaves_the_values_out()
    {
        var page = _shard.List("?keysOnly=true&prefix=b/1");
        var entry = Assert.Single(page.Entries);
        Assert.Null(entry.Value);
        Assert.Equal((3UL, 3UL, "text/plain"), (entry.Revision, entry.Length, entry.ContentType));
    }

    [Fact]
    public void Pages_follow_each_other_by_the_next_key_or_by_the_last()
    {
        var names = new List<string>();
        var query = "?limit=2&count=true";
        ulong total = 5;
        while (true)
        {
            var page = _shard.List(query);
            Assert.Equal(total, page.Total);
            names.AddRange(page.Entries.Select(e => e.Key.ToString()));
            if (page.Next.Length == 0) break;
            var after = _shard.List($"?limit=2&after={Base64Url.EncodeToString(page.Entries[^1].Key.Span)}");
            Assert.Equal(page.Next, after.Entries[0].Key);
            query = $"?limit=2&count=true&start={Uri.EscapeDataString(page.Next.ToString())}";
            total -= 2;
        }

        Assert.Equal("a b b/1 b/2 c", string.Join(' ', names));
    }

    [Fact]
    public void A_page_is_bounded_by_keys_and_bytes_but_has_one_key_at_least()
    {
        var limits = new StateLimits { ListPageMax = 3, ListPageBytesMax = 500, ValueBytesMax = 1000 };
        var shard = new Shard(limits);
        for (var i = 0; i < 9; i++) shard.Do(Put($"key{i}", new string('x', i < 6 ? 10 : 600)));
        Assert.Equal("key0 key1 key2", Names(shard.List("?limit=100")));
        Assert.Equal("key4 key5", Names(shard.List("?start=key4")));
        Assert.Equal("key7", Names(shard.List("?start=key7")));
        Assert.Equal("key6 key7 key8", Names(shard.List("?start=key6&keysOnly=true")));
    }

    [Fact]
    public void Keys_that_are_not_text_are_listed_in_the_order_of_their_bytes()
    {
        var shard = new Shard();
        foreach (var key in (byte[][])[[255], [0], [255, 255], [255, 0], [128], [127]])
            shard.Do(Raw(OperationMethod.Put, "/v1/kvb/" + Base64Url.EncodeToString(key), "", key));
        Assert.Equal(["00", "7f", "80", "ff", "ff00", "ffff"], shard.List().Entries.Select(e => Convert.ToHexStringLower(e.Key.Span)));
        Assert.Equal(["ff", "ff00", "ffff"], shard.List("?prefix=%FF").Entries.Select(e => Convert.ToHexStringLower(e.Key.Span)));
        Assert.Equal(["7f"], shard.List("?start=%7f&end=%80").Entries.Select(e => Convert.ToHexStringLower(e.Key.Span)));
    }

    [Fact]
    public void A_listing_within_a_batch_sees_what_came_before_it_in_the_batch()
    {
        var executed = _shard.Execute(0, Request(Put("d", "x"), 1), Request(List("?start=c"), 2), Request(Delete("c"), 3), Request(List("?start=c"), 4));
        Assert.Equal("c d", Names(Page(executed.Outcomes[1])));
        Assert.Equal("d", Names(Page(executed.Outcomes[3])));
    }

    private static ListPage Page(RequestOutcome outcome)
    {
        var reader = new CanonicalReader(outcome.Result.Value);
        return ListPage.Decode(ref reader);
    }

    private static string Names(ListPage page) => string.Join(' ', page.Entries.Select(e => e.Key));
}
