namespace KvStore.Storage.Tables;

/// <summary>Adds bytes to a blob of its own. What no row names is nowhere, so nobody sees what a former holder adds.</summary>
internal sealed class BlobWriter
{
    private readonly IBlobStore _blobs;
    private readonly StoreRetries _retries;
    private int _blocks;

    private BlobWriter(IBlobStore blobs, StoreRetries retries, string name) => (_blobs, _retries, Name) = (blobs, retries, name);

    public string Name { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a blob whose name nobody else uses: it begins with the lease's number.</summary>
    /// <exception cref="DiskFailedException">It could not be made.</exception>
    public static BlobWriter Create(IBlobStore blobs, StoreRetries retries, string name)
    {
        retries.Do($"make the blob {blobs.Name}/{name}", tries =>
        {
            try
            {
                blobs.Create(name);
            }
            catch (StoreRefusedException refused) when (tries > 0 && refused.IsConflict)
            {
                // An earlier attempt made it.
            }

            return 0;
        });
        return new BlobWriter(blobs, retries, name);
    }

    /// <summary>Whether so many bytes may still be added.</summary>
    public bool Takes(int bytes) => _blocks + (bytes / IBlobStore.BlockBytesMax) + 1 <= IBlobStore.BlocksMax;

    /// <summary>Adds bytes; they are durable when this returns.</summary>
    /// <exception cref="DiskFailedException">It is not known what became of them.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        for (; bytes.Length > IBlobStore.BlockBytesMax; bytes = bytes[IBlobStore.BlockBytesMax..]) AppendBlock(bytes[..IBlobStore.BlockBytesMax]);
        AppendBlock(bytes);
    }

    private void AppendBlock(ReadOnlyMemory<byte> block)
    {
        _retries.Do($"write to the blob {_blobs.Name}/{Name}", tries =>
        {
            try
            {
                _blobs.Append(Name, Length, block);
            }
            catch (StoreRefusedException refused) when (tries > 0 && refused.IsConflict && _blobs.LengthOf(Name) == Length + block.Length)
            {
                // An earlier attempt wrote it; nobody else writes here.
            }

            return 0;
        });
        Length += block.Length;
        _blocks++;
    }
}
