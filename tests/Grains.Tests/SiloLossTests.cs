using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Cli.Tests.Chaos;
using KvStore.Protocol;

namespace KvStore.Grains.Tests;

/// <summary>Silos that end under load, and what the others say of them.</summary>
public sealed class SiloLossTests
{
    private const int Between = 100;

    // A bound against hanging, on any machine; docs/orleans.md has the figures.
    private static readonly TimeSpan _gapMax = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Killing_the_silos_of_a_backup_and_of_the_primary_under_load_loses_nothing_and_hardly_interrupts()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var load = new SiloLoad(cluster);
        await load.History.Acknowledged(Between, SiloCluster.Cancel);
        foreach (var isPrimary in (bool[])[false, true])
        {
            var primary = cluster.StatusOf(0).Primary;
            var victim = isPrimary ? primary : (primary + 1) % SiloCluster.Replicas;
            var service = new ServiceTimes();
            service.Begin(ChaosHistory.Now);
            await cluster.StopAsync(victim, gracefully: false);
            await load.History.Acknowledged(Between, SiloCluster.Cancel);
            service.End(ChaosHistory.Now);
            await SaysWhoIsAway(cluster, victim);
            await cluster.RestartAsync(victim);
            // Only then may the next one die: one that catches up counts among the f.
            while (cluster.Node(victim).Served.Groups[0] is not { HasQuorum: true, IsCatchingUp: false } || cluster.StatusOf(victim).Rejoining) await load.History.Acknowledged(1, SiloCluster.Cancel);
            var (gap, _) = service.LongestGap(load.History.Operations);
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(isPrimary ? "primary" : "backup")} (replica {victim}): longest time without an acknowledged write {gap.TotalSeconds:0.00} s"));
            Assert.True(gap < _gapMax, $"{gap}");
        }

        await load.StopAsync();
        using var key = new Ed25519PrivateKey(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));
        for (var replica = 0; replica < SiloCluster.Replicas; replica++)
        {
            using var gateway = cluster.Client(key, replica);
            await load.CheckAsync(gateway);
            Assert.Empty(cluster.Node(replica).Served.Groups[0].Evidence.Records);
        }
    }

    // What kv status says it from.
    private static async Task SaysWhoIsAway(SiloCluster cluster, int victim)
    {
        using var http = new HttpClient();
        var other = cluster.AddressOf((victim + 1) % SiloCluster.Replicas);
        var status = JsonSerializer.Deserialize(await http.GetStringAsync(new Uri(other, "/v1/status"), SiloCluster.Cancel), ApiJson.Default.StatusDocument)!;
        Assert.Equal(SiloCluster.Replicas, status.Silos!.Count);
        Assert.All(status.Silos, silo => Assert.Equal($"replica-{silo.Node}", silo.Name));
        Assert.All(status.Silos, silo => Assert.NotNull(silo.Address));
        Assert.All(status.Silos.Where(silo => silo.Node != victim), silo => Assert.True(silo.Active));
    }
}
