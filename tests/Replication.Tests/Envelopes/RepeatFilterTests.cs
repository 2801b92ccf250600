using KvStore.Replication.Pool.Envelopes;

namespace KvStore.Replication.Tests.Envelopes;

public sealed class RepeatFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_says_what_a_set_of_all_numbers_would_say_but_for_those_that_are_too_old(int seed)
    {
        var random = new Random(seed);
        var filter = new RepeatFilter();
        var seen = new HashSet<ulong>();
        ulong highest = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var ahead = random.Next(1000) == 0 ? random.Next(3 * RepeatFilter.Width) : random.Next(8);
            var number = random.Next(2) == 0 ? highest + (ulong)ahead : highest - Math.Min(highest, (ulong)random.Next(2 * RepeatFilter.Width));
            var expected = number > 0 && number + RepeatFilter.Width > highest && seen.Add(number);
            Assert.Equal(expected, filter.Add(number));
            if (expected) highest = Math.Max(highest, number);
            Assert.Equal(highest, filter.Highest);
        }
    }
}
