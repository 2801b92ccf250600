using System.Security.Cryptography;
using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Storage.Tables;
using KvStore.Storage.Tests;

namespace KvStore.Grains.Tests;

/// <summary>Silos whose replicas keep everything in tables and blobs.</summary>
public sealed class SiloTableDiskTests
{
    [Fact]
    public async Task A_second_silo_is_refused_while_the_first_works_and_a_restarted_one_knows_everything()
    {
        var clouds = Enumerable.Range(0, SiloCluster.Replicas).Select(_ => new FakeCloud()).ToArray();
        var disks = new TableDisk?[SiloCluster.Replicas];
        await using var cluster = await SiloCluster.StartAsync(stores: (setup, lost) =>
        {
            var (self, earlier) = (setup.Self.Index, disks[setup.Self.Index]);
            return TableStores.Open(setup, _ => disks[self] = clouds[self].Open(observe: () => earlier!.Renew()), lost);
        });
        using var key = new Ed25519PrivateKey(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));
        using var client = cluster.Client(key);
        await client.PutAsync("key", Encoding.UTF8.GetBytes("before"), cancel: SiloCluster.Cancel);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => cluster.RestartAsync(2));
        Assert.Contains("in use", Assert.IsType<SetupException>(refused.GetBaseException()).Message, StringComparison.Ordinal);
        await client.PutAsync("key", Encoding.UTF8.GetBytes("after"), cancel: SiloCluster.Cancel);
        for (var replica = 0; replica < SiloCluster.Replicas; replica++) Assert.Empty(cluster.Node(replica).Served.Groups[0].Evidence.Records);

        await cluster.StopAsync(2, gracefully: true);
        await cluster.RestartAsync(2); // Its lease was given up, so that nobody looks at it.
        using var restarted = cluster.Client(key, replica: 2);
        Assert.Equal("after", Encoding.UTF8.GetString((await restarted.GetAsync("key", cancel: SiloCluster.Cancel)).Value.Span));
        Assert.False(cluster.StatusOf(2).Rejoining);
    }
}
