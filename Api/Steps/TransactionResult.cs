using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Values;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>A transaction of which one branch was carried out.</summary>
internal sealed class TransactionResult(TransactionCommand transaction, OperationResult result, uint shard, StateLimits limits) : IResult, IStatusCodeHttpResult
{
    /// <inheritdoc/>
    public int? StatusCode => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var steps = ShardSteps.Decode(result.Value);
        var branch = steps.Succeeded ? transaction.Then : transaction.Else;
        ShardHeaders.Write(httpContext.Response.Headers, result.Revision, shard);
        JsonText.Describe(httpContext.Response);
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter, JsonText.Options);
        json.WriteStartObject();
        json.WriteBoolean("succeeded"u8, steps.Succeeded);
        json.WriteNumber("revision"u8, result.Revision);
        json.WriteNumber("shard"u8, shard);
        json.WriteStartArray("results"u8);
        foreach (var (index, each) in steps.Results)
        {
            json.WriteStartObject();
            StepWriter.WriteOperation(json, branch[index]);
            StepWriter.WriteResult(json, branch[index], each, shard, limits, httpContext);
            json.WriteEndObject();
            if (json.BytesPending > JsonText.FlushBytes) await JsonText.FlushAsync(json, httpContext);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await JsonText.FlushAsync(json, httpContext);
    }
}
