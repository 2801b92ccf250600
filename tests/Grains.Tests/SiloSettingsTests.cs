using KvStore.Grains.Hosting;
using KvStore.Replication.Setup;
using KvStore.Silo;

namespace KvStore.Grains.Tests;

public sealed class SiloSettingsTests
{
    [Fact]
    public void Without_arguments_it_is_a_cluster_in_memory()
    {
        var settings = SiloSettings.Read([]);
        Assert.Equal((false, 4, 1, PeerTransport.Grains), (settings.IsReplica, settings.Replicas, settings.Shards, settings.Transport));
    }

    [Fact]
    public void A_replica_says_where_its_node_and_the_membership_are()
    {
        var settings = SiloSettings.Read(["--role", "silo", "--replica", "2", "--dir", "node2", "--azure-tables", "https://a.table.core.windows.net", "--plain-silos", "--peer-transport", "tls", "--signer", "nsec"]);
        Assert.True(settings is { IsReplica: true, Replica: 2, Directory: "node2", Transport: PeerTransport.Tls, SignsWithNSec: true });
        Assert.Equal("a.table.core.windows.net", settings.AzureTables!.Host);
    }

    [Theory]
    [InlineData("--role", "boss")]
    [InlineData("--replicas", "0")]
    [InlineData("--replicas")]
    [InlineData("--no-such", "1")]
    [InlineData("serve")]
    [InlineData("--shards", "1", "--shards", "2")]
    [InlineData("--dashboard", "http://example.org")]
    [InlineData("--role", "silo", "--dir", "d")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1")]
    [InlineData("--role", "silo", "--primary", "127.0.0.1:1", "--plain-silos")]
    [InlineData("--role", "silo", "--dir", "d", "--azure-tables", "http://plain", "--plain-silos")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--tls-key", "k")]
    [InlineData("--dir", "d")]
    public void What_makes_no_sense_is_refused_with_what_to_do(params string[] args)
    {
        var refused = Assert.Throws<SetupException>(() => SiloSettings.Read(args));
        Assert.NotEmpty(refused.Next);
    }
}
