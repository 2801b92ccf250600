using System.Security.Cryptography;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure.Tests;

/// <summary>Azure's emulator on this machine, at its usual ports, when it is asked for: it is 365 MB of npm packages, so that no ordinary run installs it.</summary>
internal static class Azurite
{
    private const string Why = "KV_AZURITE is not set. 'npx azurite@3.37.0 --inMemoryPersistence --skipApiVersionCheck --disableTelemetry' and KV_AZURITE=1 run it.";

    private static readonly Uri _tables = new("http://127.0.0.1:10002/devstoreaccount1");
    private static readonly Uri _blobs = new("http://127.0.0.1:10000/devstoreaccount1");

    public static StorePipeline Pipeline { get; } = StorePipeline.WithEmulator(_tables);

    /// <summary>A partition that nobody has used.</summary>
    public static string NewPartition() => $"shard-0-replica-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    public static AzureTable Table(string partition)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KV_AZURITE") == "1", Why);
        var table = new AzureTable(Pipeline, _tables, "kvtests", partition);
        table.CreateTable();
        return table;
    }

    public static AzureBlobs Blobs(string partition)
    {
        var blobs = new AzureBlobs(Pipeline, _blobs, "kvtests", partition);
        blobs.CreateContainer();
        return blobs;
    }

    /// <summary>The disks of a node in a table and a container of its own.</summary>
    public static AzureDisks NewDisks()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KV_AZURITE") == "1", Why);
        var name = $"kv{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var disks = new AzureDisks(Pipeline, _tables, _blobs, name, name);
        disks.Create();
        return disks;
    }

    /// <summary>A disk whose lease is taken at once.</summary>
    public static TableDisk Open(string partition) =>
        TableDisk.Open(Table(partition), Blobs(partition), new TableDiskOptions { ObserveFor = TimeSpan.Zero });
}
