namespace KvStore.Storage.Tables;

/// <summary>
/// The blobs of one replica, as Azure's append blobs are: bytes are added at the end and never change. Failures are those of <see cref="ITableStore"/>.
/// Any thread may use it, and one at a time one blob.
/// </summary>
public interface IBlobStore
{
    /// <summary>So many bytes may be added at once.</summary>
    const int BlockBytesMax = 4 * 1024 * 1024;

    /// <summary>So often may something be added to one blob.</summary>
    const int BlocksMax = 50_000;

    /// <summary>How people find the blobs.</summary>
    string Name { get; }

    /// <summary>Makes an empty blob; refused with 409 when it is there.</summary>
    void Create(string blob);

    /// <summary>Adds bytes at the end; refused with 412 when the blob's length is not <paramref name="at"/>.</summary>
    void Append(string blob, long at, ReadOnlyMemory<byte> bytes);

    /// <summary>Its length in bytes; null when it is not there.</summary>
    long? LengthOf(string blob);

    /// <summary>Reads from a place; gives the number of bytes, fewer than asked for only at the end. Refused with 404 when it is not there.</summary>
    int Read(string blob, long offset, Span<byte> destination);

    /// <summary>Deletes it; does nothing when it is not there.</summary>
    void Delete(string blob);

    /// <summary>The names of all blobs.</summary>
    IReadOnlyList<string> List();
}
