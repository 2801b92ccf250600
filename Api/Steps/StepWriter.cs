using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Problems;
using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Steps;

/// <summary>Writes how a step ended.</summary>
internal static class StepWriter
{
    /// <summary>Writes what was asked for, with which every result begins.</summary>
    public static void WriteOperation(Utf8JsonWriter json, KeyCommand step)
    {
        json.WriteString("op"u8, NameOf(step));
        JsonText.WriteKey(json, step.Key);
    }

    /// <summary>Writes how it ended.</summary>
    public static void WriteResult(Utf8JsonWriter json, KeyCommand step, OperationResult result, uint shard, StateLimits limits, HttpContext context)
    {
        if (IsError(step, result)) WriteError(json, StepProblems.Of(step, result, shard, limits), context);
        else Write(json, step, result);
    }

    /// <summary>Writes that it was refused, or that nothing is known of it: the problem is what a request with this step alone would get.</summary>
    public static void WriteError(Utf8JsonWriter json, ProblemResult problem, HttpContext context)
    {
        json.WriteString("status"u8, "error"u8);
        json.WritePropertyName("error"u8);
        problem.WriteTo(json, context);
    }

    // That there is nothing to read or to delete is an answer.
    private static bool IsError(KeyCommand step, OperationResult result) =>
        result.Refused && !(result.Code == ResultCode.NotFound && step is GetCommand or DeleteCommand);

    // The revision is the one at which the key last changed, as in lists and comparisons, so that it can be sent back as ifRevision.
    private static void Write(Utf8JsonWriter json, KeyCommand step, OperationResult result)
    {
        json.WriteString("status"u8, StatusOf(result.Code));
        if (result.Code == ResultCode.NotFound) return;
        json.WriteNumber("revision"u8, step is DeleteCommand ? result.Revision : result.KeyRevision);
        if (step is DeleteCommand) return;
        json.WriteString("etag"u8, ETags.Of(result.KeyRevision));
        json.WriteNumber("length"u8, result.Length);
        if (step is AppendCommand or GetCommand { Range: not null }) json.WriteNumber("offset"u8, result.Offset);
        if (result.Expires != default) json.WriteString("expires"u8, UtcTimes.Of(result.Expires));
        if (step is not GetCommand || result.Code == ResultCode.NotModified) return;
        if (result.ContentType.Length > 0) json.WriteString("contentType"u8, result.ContentType);
        JsonText.WriteValue(json, result.Value.Span);
    }

    private static string NameOf(KeyCommand step) => step switch
    {
        PutCommand => "put",
        AppendCommand => "append",
        KeepSliceCommand => "slice",
        DeleteCommand => "delete",
        GetCommand => "get",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "An unknown step."),
    };

    private static string StatusOf(ResultCode code) => code switch
    {
        ResultCode.Ok => "ok",
        ResultCode.Created => "created",
        ResultCode.NotFound => "not-found",
        ResultCode.NotModified => "not-modified",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "The step was refused."),
    };
}
