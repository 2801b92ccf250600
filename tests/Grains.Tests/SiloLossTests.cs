using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Cli.Tests.Chaos;
using KvStore.Client;
using KvStore.Protocol;

namespace KvStore.Grains.Tests;

/// <summary>Silos that end under load, and what the others say of them.</summary>
public sealed class SiloLossTests
{
    private const int Between = 100;

    // A bound against hanging, on any machine; docs/orleans.md has the figures.
    private static readonly TimeSpan _gapMax = TimeSpan.FromSeconds(30);

    // Until the others say that a silo is away, or back: Orleans' three probes of 5 s, and the rest for slow machines.
    private static readonly TimeSpan _noticedWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Killing_the_silos_of_a_backup_and_of_the_primary_under_load_loses_nothing_and_hardly_interrupts()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var load = new SiloLoad(cluster);
        await load.Acknowledged(Between);
        foreach (var isPrimary in (bool[])[false, true])
        {
            var primary = cluster.StatusOf(0).Primary;
            var victim = isPrimary ? primary : (primary + 1) % SiloCluster.Replicas;
            var address = cluster.SiloOf(victim).ToString();
            var service = new ServiceTimes();
            service.Begin(ChaosHistory.Now);
            await cluster.StopAsync(victim, gracefully: false);
            await load.Acknowledged(Between);
            service.End(ChaosHistory.Now);
            for (var other = 0; other < SiloCluster.Replicas; other++)
            {
                if (other != victim) await Says(cluster, load, other, victim, address, active: false);
            }

            await cluster.RestartAsync(victim);
            // Only then may the next one die: one that catches up counts among the f.
            while (cluster.Node(victim).Served.Groups[0] is not { HasQuorum: true, IsCatchingUp: false } || cluster.StatusOf(victim).Rejoining) await load.Acknowledged(1);
            await Says(cluster, load, (victim + 1) % SiloCluster.Replicas, victim, cluster.SiloOf(victim).ToString(), active: true);
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

    [Fact]
    public async Task A_load_whose_clients_fail_says_why_in_place_of_being_waited_for()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var load = new SiloLoad(cluster, signedFor: new ClusterId(Digest.Of("another cluster"u8)));
        var broken = await Assert.ThrowsAsync<InvalidOperationException>(() => load.Acknowledged(1));
        Assert.IsType<KvException>(broken.InnerException);
        Assert.Contains(broken.InnerException.Message, broken.Message, StringComparison.Ordinal);
        Assert.Same(broken, await Assert.ThrowsAsync<InvalidOperationException>(load.StopAsync));
    }

    // What kv status says it from, by the word of one silo; the load goes on meanwhile. All others are said to run from the first answer on.
    private static async Task Says(SiloCluster cluster, SiloLoad load, int teller, int subject, string address, bool active)
    {
        using var http = new HttpClient();
        for (var begun = ChaosHistory.Now; ;)
        {
            var status = JsonSerializer.Deserialize(await http.GetStringAsync(new Uri(cluster.AddressOf(teller), "/v1/status"), SiloCluster.Cancel), ApiJson.Default.StatusDocument)!;
            Assert.Equal(SiloCluster.Replicas, status.Silos!.Count);
            Assert.All(status.Silos, silo => Assert.Equal($"replica-{silo.Node}", silo.Name));
            Assert.All(status.Silos.Where(silo => silo.Node != subject), silo => Assert.True(silo is { Active: true, Address: not null }));
            var silo = status.Silos[subject];
            if (silo.Active == active && silo.Address == address) return;
            Assert.True(Stopwatch.GetElapsedTime(begun) < _noticedWithin, $"Silo {teller} says of {address}, which {(active ? "runs" : "is away")}: {silo}");
            await load.Acknowledged(1);
        }
    }
}
