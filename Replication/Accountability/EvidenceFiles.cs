using System.Globalization;
using KvStore.Replication.Setup;

namespace KvStore.Replication.Accountability;

/// <summary>The evidence of a node as files in a directory, one record each, so that it outlives the process and can be handed on as it is.</summary>
/// <param name="directory">The directory; made with the first record.</param>
/// <param name="genesis">What records are checked against when they are read.</param>
public sealed class EvidenceFiles(string directory, Genesis genesis)
{
    /// <summary>The directory's name in that of a node.</summary>
    public const string DirectoryName = "evidence";

    private const int BytesMax = 64 * 1024 * 1024;

    /// <summary>The records of a shard that verify. A file that does not is left alone: it proves nothing, and only its owner can know what it was.</summary>
    public IReadOnlyList<EvidenceRecord> Read(uint shard)
    {
        var records = new List<EvidenceRecord>();
        if (!Directory.Exists(directory)) return records;
        foreach (var path in Directory.GetFiles(directory, $"{Prefix(shard)}*.json").Order(StringComparer.Ordinal))
        {
            if (TryRead(path) is { } record && record.Shard == shard) records.Add(record);
        }

        return records;
    }

    /// <summary>Writes a record durably; gives what went wrong, or null.</summary>
    /// <param name="record">The record.</param>
    /// <param name="number">Which one of its replica it is.</param>
    public string? Write(EvidenceRecord record, int number)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix(record.Shard)}replica-{record.Replica}-{number}.json");
            SetupFiles.Write(Path.Combine(directory, name), record.ToBytes(), secret: false, overwrite: true);
            return null;
        }
        catch (Exception exception) when (exception is SetupException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private static string Prefix(uint shard) => string.Create(CultureInfo.InvariantCulture, $"shard-{shard}-");

    private EvidenceRecord? TryRead(string path)
    {
        try
        {
            return EvidenceRecord.Verify(SetupFiles.Read(path, BytesMax, ""), genesis, path);
        }
        catch (SetupException)
        {
            return null;
        }
    }
}
