using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Tests.Pool;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Envelopes;

/// <summary>Nodes of a pool whose messages go in envelopes that are lost, repeated and reordered.</summary>
public sealed class PoolOverEnvelopesTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(10, 0, 0)]
    [InlineData(0, 50, 0)]
    [InlineData(0, 0, 50)]
    [InlineData(5, 20, 30)]
    public async Task What_was_written_through_one_node_is_read_through_every_other_whatever_happens_to_envelopes(int lost, int repeated, int heldBack)
    {
        await using var pool = PoolOver(new CarrierHub(seed: 7, lost, repeated, heldBack));
        await pool.Begin();
        for (var i = 0; i < 8; i++) await pool.Put(i % 4, $"key-{i}", $"value {i}");
        for (var i = 0; i < 8; i++) Assert.Equal($"value {i}", await pool.Get((i + 1) % 4, $"key-{i}"));
    }

    [Fact]
    public async Task A_primary_that_is_cut_off_is_replaced_and_knows_everything_when_it_is_back()
    {
        var hub = new CarrierHub();
        await using var pool = PoolOver(hub);
        await pool.Begin();
        await pool.Put(0, "key", "before");
        hub.IsCut = (from, to) => from == EnvelopePair.Id(0) || to == EnvelopePair.Id(0);
        await pool.Put(1, "key", "meanwhile");
        Assert.Equal("meanwhile", await pool.Get(2, "key"));
        hub.IsCut = (_, _) => false;
        Assert.Equal("meanwhile", await pool.Get(0, "key"));
    }

    private static TestPool PoolOver(CarrierHub hub) => new()
    {
        Network = setup =>
        {
            var options = new EnvelopeNetworkOptions(setup.Self, setup.Document.Genesis.Cluster, setup.Key, [.. setup.Document.Members.Select(member => member.Key)]);
            var network = new EnvelopeNetwork(options, hub.Of(setup.Self), NullLoggerFactory.Instance);
            hub.Connect(setup.Self, network);
            return network;
        },
    };
}
