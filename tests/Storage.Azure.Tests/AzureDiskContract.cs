using KvStore.Storage.Tests;

namespace KvStore.Storage.Azure.Tests;

/// <summary>The disk in Azure's tables and blobs, as the emulator has them.</summary>
public sealed class AzureDiskContract : DiskContractTests
{
    private string _partition = "";

    internal override IDisk Create()
    {
        _partition = Azurite.NewPartition();
        return Azurite.Open(_partition);
    }

    internal override IDisk Reopen(IDisk disk) => Azurite.Open(_partition);
}
