namespace KvStore.Storage.Tests;

public sealed class MemoryDiskContractTests : DiskContractTests
{
    internal override IDisk Create() => new MemoryDisk();

    internal override IDisk Reopen(IDisk disk)
    {
        ((MemoryDisk)disk).Crash(() => true, changes => changes);
        return disk;
    }
}

public sealed class FileDiskContractTests : DiskContractTests, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal override IDisk Create() => FileDisk.Open(_directory.Path, DurabilityMode.Always);

    internal override IDisk Reopen(IDisk disk)
    {
        disk.Dispose();
        return Create();
    }

    public void Dispose() => _directory.Dispose();
}

public sealed class TableDiskContractTests : DiskContractTests
{
    private readonly FakeCloud _cloud = new() { PageRowsMax = 7 };

    internal override IDisk Create() => _cloud.Open();

    // As after a crash: nothing is given up.
    internal override IDisk Reopen(IDisk disk) => _cloud.Open();
}
