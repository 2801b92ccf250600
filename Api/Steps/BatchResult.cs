using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Values;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>A batch to which at least one shard had an answer: a result for each of its operations, in their order.</summary>
internal sealed class BatchResult(BatchCommand batch, int[] shards, ShardSteps?[] answers, StateLimits limits) : IResult, IStatusCodeHttpResult
{
    /// <inheritdoc/>
    public int? StatusCode => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        WriteHeaders(httpContext.Response.Headers);
        JsonText.Describe(httpContext.Response);
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter, JsonText.Options);
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        for (var i = 0; i < shards.Length; i++)
        {
            Write(json, i, httpContext);
            if (json.BytesPending > JsonText.FlushBytes) await JsonText.FlushAsync(json, httpContext);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await JsonText.FlushAsync(json, httpContext);
    }

    private void Write(Utf8JsonWriter json, int index, HttpContext context)
    {
        var step = batch.Operations[index];
        var answer = answers[shards[index]]!;
        json.WriteStartObject();
        StepWriter.WriteOperation(json, step);
        json.WriteNumber("shard"u8, answer.Shard);
        if (answer.Problem is not null) StepWriter.WriteError(json, answer.Problem, context);
        else StepWriter.WriteResult(json, step, answer.Take(index), answer.Shard, limits, context);
        json.WriteEndObject();
    }

    // With one shard the answer has its revision; it is a replay when everything in it is one.
    private void WriteHeaders(IHeaderDictionary headers)
    {
        var asked = Array.FindAll(answers, answer => answer is not null);
        if (asked.Length == 1) ShardHeaders.Write(headers, asked[0]!.Answer.Result!.Revision, asked[0]!.Shard);
        if (Array.TrueForAll(asked, answer => answer!.Answer.Replayed)) headers[KvHeaders.IdempotentReplayed] = "true";
    }
}
