using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Tests;

public sealed class BenchWorkloadTests
{
    private const int Draws = 20_000;

    [Fact]
    public void Every_workload_has_the_mix_that_its_authors_gave_it()
    {
        foreach (var workload in Workload.All)
        {
            Assert.Equal(100, workload.Parts.Sum(part => part.Percent));
            var drawn = Take(Plan(workload.Name), 0, Draws).CountBy(operation => operation.Kind).ToDictionary();
            Assert.Equal(workload.Parts.Select(part => part.Kind).Order(), drawn.Keys.Order());
            foreach (var (kind, percent) in workload.Parts) Assert.Equal(percent, 100.0 * drawn[kind] / Draws, tolerance: 1.5);
        }
    }

    [Fact]
    public void The_same_seed_and_client_draw_the_same_and_others_draw_otherwise()
    {
        foreach (var workload in Workload.All)
        {
            var first = Drawn(workload.Name, seed: 7, client: 3);
            Assert.Equal(first, Drawn(workload.Name, seed: 7, client: 3));
            Assert.NotEqual(first, Drawn(workload.Name, seed: 7, client: 4));
            Assert.NotEqual(first, Drawn(workload.Name, seed: 8, client: 3));
        }

        static List<string> Drawn(string name, ulong seed, int client) =>
            [.. Take(Plan(name, seed: seed), client, 200).Select(each => $"{each.Kind} {each.Key} {Convert.ToHexString(each.Value.Span)} {each.Count}")];
    }

    [Fact]
    public void Zipfian_numbers_fall_as_their_law_says()
    {
        const int items = 1000;
        var zipfian = new Zipfian(items);
        var random = new Simulator.DeterministicRandom(1);
        var counts = new int[items];
        for (var i = 0; i < 400_000; i++) counts[zipfian.Next(random)]++;

        var zeta = Enumerable.Range(1, items).Sum(i => 1 / Math.Pow(i, 0.99));
        Assert.Equal(1 / zeta, counts[0] / 400_000.0, tolerance: 0.005);
        Assert.Equal(1 / Math.Pow(2, 0.99), counts[1] / (double)counts[0], tolerance: 0.02);

        // Beyond the first two the generator is an approximation: single numbers may be off, and the weight of the first tenth is not.
        var first = Enumerable.Range(1, items / 10).Sum(i => 1 / Math.Pow(i, 0.99)) / zeta;
        Assert.Equal(first, counts.Take(items / 10).Sum() / 400_000.0, tolerance: 0.03);
    }

    [Fact]
    public void A_zipfian_that_has_grown_draws_as_one_that_was_made_so()
    {
        var grown = new Zipfian(10);
        grown.GrowTo(500);
        var made = new Zipfian(500);
        var (one, other) = (new Simulator.DeterministicRandom(5), new Simulator.DeterministicRandom(5));
        for (var i = 0; i < 1000; i++) Assert.Equal(made.Next(one), grown.Next(other));
    }

    [Fact]
    public void The_scramble_is_that_of_YCSB()
    {
        // Of com.yahoo.ycsb.Utils.FNVhash64, computed by its definition with signed numbers of arbitrary size.
        Assert.Equal(Reference(0), Fnv64.Of(0));
        Assert.Equal(Reference(1), Fnv64.Of(1));
        Assert.Equal(Reference(9_999_999_999), Fnv64.Of(9_999_999_999));

        static ulong Reference(long value)
        {
            var modulus = System.Numerics.BigInteger.One << 64;
            var hash = System.Numerics.BigInteger.Parse("14695981039346656037");
            for (var i = 0; i < 8; i++)
            {
                hash = (hash ^ (value & 0xFF)) * 1_099_511_628_211 % modulus;
                value >>= 8;
            }

            return (ulong)(hash >= modulus / 2 ? modulus - hash : hash);
        }
    }

    [Fact]
    public void Scrambled_favourites_lie_all_over_the_key_space()
    {
        var counts = Take(Plan("c", keys: 1000), 0, Draws).CountBy(operation => operation.KeyIndex).OrderByDescending(each => each.Value).ToList();
        Assert.All(counts, each => Assert.InRange(each.Key, 0, 999));
        Assert.True(counts[0].Value > 10 * Draws / 1000, "the favourite is drawn far more often than the average key");
        Assert.True(counts.Take(10).Select(each => each.Key).Max() - counts.Take(10).Select(each => each.Key).Min() > 300);
    }

    [Fact]
    public void Uniform_keys_are_drawn_equally_often()
    {
        var counts = Take(Plan("put", keys: 10), 0, Draws).CountBy(operation => operation.KeyIndex).ToDictionary();
        Assert.Equal(10, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(Draws / 10, count, tolerance: Draws / 100.0));
    }

    [Fact]
    public void The_newest_keys_are_read_most_and_only_once_they_are_there()
    {
        var plan = Plan("d", keys: 1000);
        var stream = new OperationStream(plan, 0);
        var waiting = new Queue<BenchOperation>();
        var ages = new List<long>();
        for (var i = 0; i < Draws; i++)
        {
            var operation = stream.Next();
            if (operation.Kind == OperationKind.Get)
            {
                Assert.InRange(operation.KeyIndex, 0, plan.Keys.Count - 1);
                ages.Add(plan.Keys.Count - 1 - operation.KeyIndex);
                continue;
            }

            waiting.Enqueue(operation);
            if (waiting.Count > 3) stream.Ended(waiting.Dequeue());
        }

        Assert.True(plan.Keys.Count > 1500);
        Assert.True(ages.Count(age => age == 0) > 20 * ages.Count(age => age == 100));
    }

    [Fact]
    public void A_key_counts_once_all_before_it_have_been_inserted()
    {
        var keys = new KeySpace(5);
        var (first, second, third) = (keys.Reserve(), keys.Reserve(), keys.Reserve());
        Assert.Equal((5, 6, 7), (first, second, third));
        keys.Inserted(third);
        keys.Inserted(second);
        Assert.Equal(5, keys.Count);
        keys.Inserted(first);
        Assert.Equal(8, keys.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(1001)]
    public void The_Byzantine_chain_workload_always_hits_however_its_clients_interleave(int valueBytes)
    {
        var plan = Plan("bcr", keys: 50, valueBytes: valueBytes);
        var lengths = Enumerable.Repeat(valueBytes, 50).ToArray();
        var clients = Enumerable.Range(0, 5).Select(client => new OperationStream(plan, client)).ToList();
        var schedule = new Simulator.DeterministicRandom(9);
        for (var i = 0; i < Draws; i++)
        {
            var operation = schedule.Pick(clients).Next();
            var length = lengths[operation.KeyIndex];
            Assert.True(operation.Kind != OperationKind.Slice || operation.Count <= length, "the slice lies in the value");
            lengths[operation.KeyIndex] = operation.Kind switch
            {
                OperationKind.Slice => operation.Count,
                OperationKind.Append => length + operation.Value.Length,
                OperationKind.Put => operation.Value.Length,
                _ => length,
            };
            Assert.InRange(lengths[operation.KeyIndex], 1, 16 * valueBytes);
        }
    }

    private static WorkloadPlan Plan(string name, long keys = 1000, int valueBytes = 128, ulong seed = 1)
    {
        var workload = Workload.All.Single(each => each.Name == name);
        return new WorkloadPlan(workload, workload.Distribution, valueBytes, seed, new KeySpace(keys));
    }

    private static IEnumerable<BenchOperation> Take(WorkloadPlan plan, int client, int count)
    {
        var stream = new OperationStream(plan, client);
        for (var i = 0; i < count; i++) yield return stream.Next();
    }
}
