// The rows of a partition:
//   lease         who may write: epoch, holder, number of commits, how many data rows there are, the sequence that comes next
//   file-FILE     a file's name and length
//   data-SEQUENCE part of a file's bytes: in the row itself (the log), or a place in a blob (everything else)
// Keys are padded so that rows have the order of their numbers. A file's number is the epoch of who made it and a count, so that no two are alike. A data row is
// never written twice, but for its length, which grows with the blob that it names or is cut.
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace KvStore.Storage.Tables;

/// <summary>Names of rows and properties, and what is in them.</summary>
internal static class TableKeys
{
    public const string Lease = "lease";

    public const string File = "File";
    public const string Offset = "Offset";
    public const string Length = "Length";
    public const string Checksum = "Checksum";
    public const string Blob = "Blob";
    public const string BlobAt = "BlobAt";
    public const string FileName = "Name";

    /// <summary>The longest content of one row: eight properties. As base64 five such rows fit a request.</summary>
    public const int ContentBytesMax = ContentPartsMax * ITableStore.PropertyBytesMax;

    private const int ContentPartsMax = 8;
    private static readonly NumberedName _file = new("file-", 20);
    private static readonly NumberedName _data = new("data-", 20);

    /// <summary>What says where a data row's bytes belong.</summary>
    public static IReadOnlyList<string> Placement { get; } = [File, Offset, Length, Blob, BlobAt];

    public static string FileKey(ulong id) => _file.Of(id);

    public static string DataKey(ulong sequence) => _data.Of(sequence);

    public static bool TryParseFile(string key, out ulong id) => _file.TryParse(key, out id);

    public static bool TryParseData(string key, out ulong sequence) => _data.TryParse(key, out sequence);

    /// <summary>A row that holds bytes of a file.</summary>
    public static TableRow DataRow(ulong sequence, ulong file, long offset, ReadOnlyMemory<byte> content)
    {
        var properties = Place(file, offset, content.Length);
        properties[Checksum] = (long)ChecksumOf(sequence, file, offset, content.Span);
        for (var part = 0; part * ITableStore.PropertyBytesMax < content.Length; part++)
        {
            var from = part * ITableStore.PropertyBytesMax;
            properties[PartName(part)] = content.Slice(from, Math.Min(ITableStore.PropertyBytesMax, content.Length - from)).ToArray();
        }

        return new TableRow(DataKey(sequence), properties);
    }

    /// <summary>A row that says where in a blob bytes of a file are.</summary>
    public static TableRow BlobRow(ulong sequence, ulong file, long offset, long length, string blob, long blobAt)
    {
        var properties = Place(file, offset, length);
        (properties[Blob], properties[BlobAt]) = (blob, blobAt);
        return new TableRow(DataKey(sequence), properties);
    }

    public static TableRow FileRow(ulong id, string name, long length) =>
        new(FileKey(id), new Dictionary<string, object>(StringComparer.Ordinal) { [FileName] = name, [Length] = length });

    /// <summary>The bytes of a data row as they were written; null when they are not.</summary>
    public static byte[]? ContentOf(TableRow row)
    {
        if (!TryParseData(row.Key, out var sequence)) return null;
        var parts = new List<byte[]>();
        while (row.Find<byte[]>(PartName(parts.Count)) is { } part) parts.Add(part);
        var content = parts.Count == 1 ? parts[0] : [.. parts.SelectMany(part => part)];
        var checksum = ChecksumOf(sequence, (ulong)row.Find<long>(File), row.Find<long>(Offset), content);
        return row.Find<long>(Checksum) == checksum ? content : null;
    }

    /// <summary>About how long a row is in a request, and not less: bytes are base64 there, with a head for each row.</summary>
    public static int RequestBytes(TableRow row)
    {
        const int head = 1024;
        var length = head;
        foreach (var (name, value) in row.Properties)
        {
            length += name.Length + 64 + (value switch { byte[] bytes => Base64.GetMaxEncodedToUtf8Length(bytes.Length), string text => text.Length * 6, _ => 20 });
        }

        return length;
    }

    private static Dictionary<string, object> Place(ulong file, long offset, long length) =>
        new(StringComparer.Ordinal) { [File] = (long)file, [Offset] = offset, [Length] = length };

    private static string PartName(int part) => string.Create(CultureInfo.InvariantCulture, $"Bytes{part}");

    // The row's place is in it, so that what belongs elsewhere is not taken for its content.
    private static uint ChecksumOf(ulong sequence, ulong file, long offset, ReadOnlySpan<byte> content)
    {
        Span<byte> place = stackalloc byte[3 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(place, sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(place[8..], file);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], offset);
        return Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, place), content));
    }
}
