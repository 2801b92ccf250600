using System.Globalization;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>Opens the disks of a node's replicas: one partition and one name of blobs for each shard, in a storage account of the node's own.</summary>
/// <param name="pipeline">Sends requests to the account.</param>
/// <param name="tables">The account's address for tables.</param>
/// <param name="blobs">The account's address for blobs.</param>
/// <param name="table">The table's name; it is there.</param>
/// <param name="container">The container's name; it is there.</param>
public sealed class AzureDisks(StorePipeline pipeline, Uri tables, Uri blobs, string table, string container)
{
    /// <summary>Opens a replica's disk, as <see cref="TableDisk.Open"/> does. A <see cref="LeaseRenewal"/> is to keep its lease.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="replica">The replica's index in the shard's group.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="DiskInUseException">Another process uses it.</exception>
    /// <exception cref="TableDamagedException">Something that was committed is not there.</exception>
    /// <exception cref="DiskFailedException">The service can't be reached, or refuses.</exception>
    public TableDisk Open(uint shard, int replica, TableDiskOptions? options = null) =>
        TableDisk.Open(Table(shard, replica), Blobs(shard, replica), options);

    /// <summary>
    /// Makes the table and the container when they are not there, where the identity may; they are there where templates make the infrastructure. Whether it
    /// succeeded, <see cref="Open"/> says, which tries more than once.
    /// </summary>
    public void Create()
    {
        Try(Table(0, 0).CreateTable);
        Try(Blobs(0, 0).CreateContainer);
    }

    private static void Try(Action create)
    {
        try
        {
            create();
        }
        catch (Exception failure) when (failure is StoreRefusedException or StoreUnavailableException)
        {
            // It may be there all the same.
        }
    }

    private static string NameOf(uint shard, int replica) => string.Create(CultureInfo.InvariantCulture, $"shard-{shard}-replica-{replica}");

    private AzureTable Table(uint shard, int replica) => new(pipeline, tables, table, NameOf(shard, replica));

    private AzureBlobs Blobs(uint shard, int replica) => new(pipeline, blobs, container, NameOf(shard, replica));
}
