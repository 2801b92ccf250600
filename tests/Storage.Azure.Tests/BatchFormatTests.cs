using System.Text;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure.Tests;

public sealed class BatchFormatTests
{
    private static readonly Uri _table = new("https://account.table.core.windows.net/kvlog");

    [Fact]
    public void A_transaction_is_one_change_set_with_the_lease_first_and_its_condition()
    {
        var lease = new TableRow("lease", new Dictionary<string, object>(StringComparer.Ordinal) { ["Epoch"] = 7L, ["Holder"] = "h" });
        var data = new TableRow("data-1", new Dictionary<string, object>(StringComparer.Ordinal) { ["Bytes0"] = new byte[] { 1, 2, 3 } });
        var body = BatchFormat.Write(_table, "shard-0-replica-1", [new RowChange(RowChangeKind.Replace, lease, "W/\"datetime'x'\""), new RowChange(RowChangeKind.Insert, data), new RowChange(RowChangeKind.Delete, data with { Key = "data-0" })]);
        Assert.Equal(
            """
            --batch_kv
            Content-Type: multipart/mixed; boundary=changeset_kv

            --changeset_kv
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            PUT https://account.table.core.windows.net/kvlog(PartitionKey='shard-0-replica-1',RowKey='lease') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            If-Match: W/"datetime'x'"
            Content-Type: application/json

            {"PartitionKey":"shard-0-replica-1","RowKey":"lease","Epoch@odata.type":"Edm.Int64","Epoch":"7","Holder":"h"}
            --changeset_kv
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            POST https://account.table.core.windows.net/kvlog HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            Content-Type: application/json

            {"PartitionKey":"shard-0-replica-1","RowKey":"data-1","Bytes0@odata.type":"Edm.Binary","Bytes0":"AQID"}
            --changeset_kv
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            DELETE https://account.table.core.windows.net/kvlog(PartitionKey='shard-0-replica-1',RowKey='data-0') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            If-Match: *

            --changeset_kv--
            --batch_kv--

            """,
            Encoding.UTF8.GetString(body.Span).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Versions_come_back_in_the_order_of_the_changes() =>
        Assert.Equal(["W/\"1\"", null, "W/\"2\""], Read(3, "HTTP/1.1 204 No Content\r\nETag: W/\"1\"\r\n", "HTTP/1.1 204 No Content\r\n", "HTTP/1.1 204 No Content\r\nETag: W/\"2\"\r\n"));

    [Fact]
    public void One_part_that_refuses_refuses_all()
    {
        var refused = Assert.Throws<StoreRefusedException>(() => Read(3, "HTTP/1.1 412 Precondition Failed\r\n\r\n{\"odata.error\":{\"code\":\"UpdateConditionNotSatisfied\"}}\r\n"));
        Assert.Equal(412, refused.Status);
        Assert.Contains("UpdateConditionNotSatisfied", refused.Message, StringComparison.Ordinal);
        Assert.Throws<StoreUnavailableException>(() => Read(1, "HTTP/1.1 503 Server Busy\r\n"));
    }

    [Fact]
    public void An_answer_that_is_cut_off_settles_nothing()
    {
        Assert.Throws<StoreUnavailableException>(() => Read(2, "HTTP/1.1 204 No Content\r\nETag: W/\"1\"\r\n"));
        Assert.Throws<StoreUnavailableException>(() => Read(1));
    }

    private static IReadOnlyList<string?> Read(int changes, params string[] parts)
    {
        const string head = "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        var body = "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n" + string.Concat(parts.Select(part => head + part + "\r\n")) + "--changesetresponse_1--\r\n--batchresponse_1--\r\n";
        return BatchFormat.Read(Encoding.UTF8.GetBytes(body), changes);
    }
}
