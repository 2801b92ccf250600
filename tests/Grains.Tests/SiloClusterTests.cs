using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using KvStore.Client;
using KvStore.Grains.Placement;
using KvStore.Protocol;
using KvStore.Replication.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace KvStore.Grains.Tests;

/// <summary>Four silos, each with one replica, and what becomes of writes when silos end, begin again, and lose envelopes.</summary>
public sealed class SiloClusterTests : IDisposable
{
    private readonly Ed25519PrivateKey _key = new(RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task What_is_signed_and_put_through_one_gateway_is_read_through_every_other()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = cluster.Client(_key);
        for (var i = 0; i < 20; i++) await PutAsync(client, $"key-{i}", $"value {i}");
        for (var i = 0; i < 20; i++) Assert.Equal($"value {i}", await GetAsync(client, $"key-{i}"));
        Assert.All(cluster.Node(0).Served.Pool!.Peers(), peer => Assert.True(peer.Connected));
        Assert.All(cluster.Node(0).Served.Pool!.Peers(), peer => Assert.StartsWith($"replica-{peer.Peer.Index} at ", peer.Address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killing_the_silo_of_the_primary_or_of_a_backup_loses_nothing_and_it_knows_everything_when_it_is_back(bool primary)
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = cluster.Client(_key);
        await PutAsync(client, "key", "before");
        var leads = cluster.StatusOf(0).Primary;
        var victim = primary ? leads : (leads + 1) % SiloCluster.Replicas;
        await cluster.StopAsync(victim, gracefully: false);
        using var others = cluster.Client(_key);
        var began = Stopwatch.GetTimestamp();
        await PutAsync(others, "key", "meanwhile");
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30)); // A bound against hanging, on any machine; docs/orleans.md has the figures.
        Assert.Equal("meanwhile", await GetAsync(others, "key"));
        await cluster.RestartAsync(victim);
        await Until(others, () => cluster.Node(victim).Served.Groups[0] is { HasQuorum: true, IsCatchingUp: false } && !cluster.StatusOf(victim).Rejoining);
        using var back = cluster.Client(_key, victim);
        Assert.Equal("meanwhile", await GetAsync(back, "key"));
    }

    [Fact]
    public async Task A_silo_that_stops_in_order_leaves_its_view_to_another()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = cluster.Client(_key);
        await PutAsync(client, "key", "before");
        await Until(client, () => cluster.StatusOf(0) is { Active: true, Primary: 0 });
        await cluster.StopAsync(0, gracefully: true);
        using var others = cluster.Client(_key);
        Assert.NotEqual(0, cluster.StatusOf(1).Primary); // At once, before anybody has waited for a time-out.
        await PutAsync(others, "key", "after");
        Assert.Equal("after", await GetAsync(others, "key"));
    }

    [Fact]
    public async Task A_primary_that_is_cut_off_is_replaced_and_knows_everything_when_the_cut_has_healed()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = cluster.Client(_key);
        await PutAsync(client, "key", "before");
        cluster.IsCut = static (from, to) => from == 0 || to == 0;
        await PutAsync(client, "key", "meanwhile");
        Assert.Equal("meanwhile", await GetAsync(client, "key"));
        cluster.IsCut = static (_, _) => false;
        await Until(client, () => cluster.Node(0).Served.Groups[0] is { HasQuorum: true, IsCatchingUp: false } && cluster.StatusOf(0) is { Active: true, Primary: not 0 });
        using var first = cluster.Client(_key, replica: 0);
        Assert.Equal("meanwhile", await GetAsync(first, "key"));
    }

    [Fact]
    public async Task Envelopes_that_are_lost_repeated_and_reordered_change_nothing()
    {
        await using var cluster = await SiloCluster.StartAsync(new Mishaps(Seed: 3, Lost: 10, Repeated: 20, HeldBack: 30));
        using var client = cluster.Client(_key);
        for (var i = 0; i < 10; i++) await PutAsync(client, $"key-{i}", $"value {i}");
        for (var i = 0; i < 10; i++) Assert.Equal($"value {i}", await GetAsync(client, $"key-{i}"));
    }

    [Fact]
    public async Task A_second_silo_with_the_same_key_and_disk_is_refused_and_nobody_contradicts_itself()
    {
        await using var cluster = await SiloCluster.StartAsync();
        using var client = cluster.Client(_key);
        await PutAsync(client, "key", "before");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => cluster.RestartAsync(2));
        Assert.IsType<SetupException>(refused.GetBaseException());
        Assert.Contains("in use", refused.GetBaseException().Message, StringComparison.Ordinal);
        await PutAsync(client, "key", "after");
        Assert.Equal("after", await GetAsync(client, "key"));
        for (var replica = 0; replica < SiloCluster.Replicas; replica++) Assert.Empty(cluster.Node(replica).Served.Groups[0].Evidence.Records);
    }

    [Fact]
    public async Task The_place_of_a_replica_follows_from_its_key_and_never_falls_back()
    {
        await using var cluster = await SiloCluster.StartAsync();
        var silos = cluster.Services(0).GetRequiredService<ReplicaSilos>();
        for (var replica = 0; replica < SiloCluster.Replicas; replica++) Assert.Equal($"replica-{replica}", silos.Find(replica)!.Name);
        Assert.Null(silos.Find(SiloCluster.Replicas));
        await Assert.ThrowsAnyAsync<Exception>(() => new ReplicaPlacementDirector(silos).OnAddActivation(
            new ReplicaPlacement(), new Orleans.Runtime.Placement.PlacementTarget(GrainId.Create(GrainType.Create("replica"), GrainIdKeyExtensions.CreateIntegerKey(SiloCluster.Replicas)), [], default, 0), null!));
    }

    private static async Task PutAsync(KvClient client, string key, string value) =>
        await client.PutAsync(key, Encoding.UTF8.GetBytes(value), cancel: SiloCluster.Cancel);

    private static async Task<string> GetAsync(KvClient client, string key) =>
        Encoding.UTF8.GetString((await client.GetAsync(key, cancel: SiloCluster.Cancel)).Value.Span);

    // What is waited for comes with the group's work.
    private static async Task Until(KvClient client, Func<bool> condition)
    {
        while (!condition()) await PutAsync(client, "other", "x");
    }
}
