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

    [Fact]
    public void A_disk_in_Azure_is_there_when_both_addresses_are_or_the_emulator_is_asked_for()
    {
        string[] silo = ["--role", "silo", "--dir", "node2", "--primary", "127.0.0.1:1", "--plain-silos"];
        Assert.Null(SiloSettings.Read(silo).AzureDisk);
        var account = SiloSettings.Read([.. silo, "--disk-tables", "https://a.table.core.windows.net", "--disk-blobs", "https://a.blob.core.windows.net"]).AzureDisk!;
        Assert.Equal(("a.table.core.windows.net", "a.blob.core.windows.net", "kvreplicas", "kv-replicas", false), (account.Tables.Host, account.Blobs.Host, account.Table, account.Container, account.IsEmulator));
        var emulator = SiloSettings.Read([.. silo, "--disk-emulator", "--disk-table", "other"]).AzureDisk!;
        Assert.True(emulator is { IsEmulator: true, Table: "other", Tables: { IsLoopback: true, Port: 10002 }, Blobs: { IsLoopback: true, Port: 10000 } });
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
    [InlineData("--disk-emulator")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-tables", "https://a.table.core.windows.net")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-table", "kvreplicas")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-tables", "http://a.table.core.windows.net", "--disk-blobs", "https://a.blob.core.windows.net")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-emulator", "--disk-tables", "http://example.org:10002/a")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-emulator", "--disk-table", "kv-replicas")]
    [InlineData("--role", "silo", "--dir", "d", "--primary", "127.0.0.1:1", "--plain-silos", "--disk-emulator", "--disk-container", "kv--replicas")]
    public void What_makes_no_sense_is_refused_with_what_to_do(params string[] args)
    {
        var refused = Assert.Throws<SetupException>(() => SiloSettings.Read(args));
        Assert.NotEmpty(refused.Next);
    }
}
