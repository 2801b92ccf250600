using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Core;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>One partition of an Azure table, by the Table service's REST interface.</summary>
public sealed class AzureTable : ITableStore
{
    private const string MinimalMetadata = "application/json;odata=minimalmetadata";

    private readonly StorePipeline _pipeline;
    private readonly Uri _service;
    private readonly Uri _table;
    private readonly string _name;
    private readonly string _partition;

    /// <summary>A partition of a table that is there.</summary>
    /// <param name="pipeline">Sends requests to the account.</param>
    /// <param name="service">The account's address for tables, such as <c>https://account.table.core.windows.net/</c>.</param>
    /// <param name="table">The table's name: letters and digits.</param>
    /// <param name="partition">The partition: letters, digits and hyphens. One replica of one shard has it for itself.</param>
    public AzureTable(StorePipeline pipeline, Uri service, string table, string partition)
    {
        if (!Regex.IsMatch(table, "^[A-Za-z][A-Za-z0-9]{2,62}$", RegexOptions.None, TimeSpan.FromSeconds(1))) throw new ArgumentException("A table's name is 3 to 63 letters and digits, a letter first.", nameof(table));
        if (!Regex.IsMatch(partition, "^[A-Za-z0-9-]{1,100}$", RegexOptions.None, TimeSpan.FromSeconds(1))) throw new ArgumentException("A partition is 1 to 100 letters, digits and hyphens.", nameof(partition));
        (_pipeline, _name, _partition) = (pipeline, table, partition);
        _service = new Uri(service.AbsoluteUri.TrimEnd('/') + "/");
        _table = new Uri(_service, table);
    }

    /// <inheritdoc/>
    public string Name => $"{_table.AbsoluteUri}/{_partition}";

    /// <summary>Makes the table when it is not there. Where infrastructure is made by templates, this is not needed.</summary>
    public void CreateTable()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"TableName\":\"{_name}\"}}");
        try
        {
            _pipeline.Send(RequestMethod.Post, new Uri(_service, "Tables"), body, ("Content-Type", "application/json"), ("Accept", MinimalMetadata), ("DataServiceVersion", "3.0")).Dispose();
        }
        catch (StoreRefusedException refused) when (refused.Status == 409)
        {
            // It is there.
        }
    }

    /// <inheritdoc/>
    public TableRow? Find(string key)
    {
        try
        {
            using var answer = _pipeline.Send(RequestMethod.Get, new Uri(BatchFormat.EntityAddress(_table, _partition, key)), null, ("Accept", MinimalMetadata), ("DataServiceVersion", "3.0"));
            using var json = JsonDocument.Parse(answer.Content);
            return EntityJson.Read(json.RootElement, answer.Header("ETag"));
        }
        catch (StoreRefusedException refused) when (refused.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public TablePage Query(string first, string last, IReadOnlyList<string>? properties, string? continuation)
    {
        var query = $"$filter={Uri.EscapeDataString($"PartitionKey eq '{_partition}' and RowKey ge '{first}' and RowKey le '{last}'")}";
        if (properties is not null) query += $"&$select={string.Join(',', properties.Prepend("RowKey"))}";
        if (continuation is not null) query += continuation;
        using var answer = _pipeline.Send(RequestMethod.Get, new Uri($"{_table.AbsoluteUri}()?{query}"), null, ("Accept", MinimalMetadata), ("DataServiceVersion", "3.0"));
        using var json = JsonDocument.Parse(answer.Content);
        var rows = json.RootElement.GetProperty("value").EnumerateArray().Select(entity => EntityJson.Read(entity, etag: null)).ToList();
        return new TablePage(rows, Continuation(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string?> Commit(IReadOnlyList<RowChange> changes)
    {
        var body = BatchFormat.Write(_table, _partition, changes);
        using var answer = _pipeline.Send(
            RequestMethod.Post, new Uri(_service, "$batch"), body, ("Content-Type", BatchFormat.ContentType), ("Accept", "application/json"), ("DataServiceVersion", "3.0"));
        return BatchFormat.Read(answer.Content, changes.Count);
    }

    private static string? Continuation(StoreAnswer answer)
    {
        var (partition, row) = (answer.Header("x-ms-continuation-NextPartitionKey"), answer.Header("x-ms-continuation-NextRowKey"));
        if (partition is null) return null;
        var next = $"&NextPartitionKey={Uri.EscapeDataString(partition)}";
        return row is null ? next : $"{next}&NextRowKey={Uri.EscapeDataString(row)}";
    }
}
