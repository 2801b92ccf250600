// Entity group transactions on the wire: "Performing entity group transactions" of the Table service's reference. One change set, one part a change; the answer
// has one part a change when all were done, and else one part, which says why none was.
using System.Buffers;
using System.Globalization;
using System.Text;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>The bodies of a transaction's request and answer.</summary>
internal static class BatchFormat
{
    private const string Batch = "batch_kv";
    private const string ChangeSet = "changeset_kv";

    public const string ContentType = "multipart/mixed; boundary=" + Batch;

    public static ReadOnlyMemory<byte> Write(Uri table, string partition, IReadOnlyList<RowChange> changes)
    {
        var body = new ArrayBufferWriter<byte>();
        Line(body, $"--{Batch}\r\nContent-Type: multipart/mixed; boundary={ChangeSet}\r\n");
        foreach (var change in changes)
        {
            Line(body, $"--{ChangeSet}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
            Line(body, $"{MethodOf(change.Kind)} {AddressOf(table, partition, change)} HTTP/1.1");
            Line(body, "Accept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0");
            if (change.Kind == RowChangeKind.Insert) Line(body, "Prefer: return-no-content");
            else Line(body, $"If-Match: {change.IfMatch}");
            if (change.Kind == RowChangeKind.Delete)
            {
                Line(body, "");
            }
            else
            {
                Line(body, "Content-Type: application/json\r\n");
                EntityJson.Write(body, partition, change.Row);
                Line(body, "");
            }
        }

        Line(body, $"--{ChangeSet}--\r\n--{Batch}--");
        return body.WrittenMemory;
    }

    /// <summary>The new ETags, null for a row that is gone.</summary>
    /// <exception cref="StoreRefusedException">None was made.</exception>
    /// <exception cref="StoreUnavailableException">The answer does not settle it.</exception>
    public static IReadOnlyList<string?> Read(ReadOnlyMemory<byte> answer, int changes)
    {
        var etags = new List<string?>();
        var code = "";
        var status = 0;
        foreach (var line in Encoding.UTF8.GetString(answer.Span).Split("\r\n"))
        {
            if (line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            {
                if (!int.TryParse(line.AsSpan("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture, out status)) break;
                etags.Add(null);
                code = line;
            }
            else if (status >= 300 && line.StartsWith('{'))
            {
                code = line;
            }
            else if (etags.Count > 0 && line.StartsWith("ETag:", StringComparison.OrdinalIgnoreCase))
            {
                etags[^1] = line["ETag:".Length..].Trim();
            }
        }

        if (status >= 300) throw StoreAnswer.FailureOf(status, code, retryAfter: null);
        return etags.Count == changes ? etags : throw new StoreUnavailableException($"The answer to {changes} changes speaks of {etags.Count}.");
    }

    public static string EntityAddress(Uri table, string partition, string key) =>
        $"{table.AbsoluteUri}(PartitionKey='{Uri.EscapeDataString(partition)}',RowKey='{Uri.EscapeDataString(key)}')";

    private static string AddressOf(Uri table, string partition, RowChange change) =>
        change.Kind == RowChangeKind.Insert ? table.AbsoluteUri : EntityAddress(table, partition, change.Row.Key);

    private static string MethodOf(RowChangeKind kind) => kind switch
    {
        RowChangeKind.Insert => "POST",
        RowChangeKind.Replace => "PUT",
        RowChangeKind.Merge => "MERGE",
        _ => "DELETE",
    };

    private static void Line(ArrayBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text + "\r\n", body);
}
