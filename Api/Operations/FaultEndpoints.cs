using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Api.Json;
using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Protocol;
using KvStore.Replication.InProcess;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KvStore.Api.Operations;

/// <summary>What to do to a replica.</summary>
/// <param name="Replica">Its number.</param>
/// <param name="Action"><c>stop</c>, <c>start</c>, or <c>start-empty</c>: start without its disk.</param>
/// <param name="Shard">Its shard.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FaultRequest(int? Replica, string? Action, uint Shard = 0);

/// <summary><c>POST /v1/dev/faults</c>: stops and starts replicas of this process. Development only: a node of a pool does not have it.</summary>
internal static class FaultEndpoints
{
    private const string Example = "Send JSON like {\"replica\":2,\"action\":\"stop\"}; the action is stop, start or start-empty, and the shard may be named.";
    private const int BodyBytesMax = 1024;

    /// <summary>Maps the endpoint.</summary>
    public static void MapFaults(this IEndpointRouteBuilder routes) => routes.MapGroup("/v1/dev").MapPost("/faults", InjectAsync);

    private static async Task<Results<JsonHttpResult<ShardStatus>, ProblemResult>> InjectAsync(
        HttpContext context, InProcessCluster cluster, ILogger<ApiHost> logger)
    {
        var body = await BodyReader.ReadAsync(context, ProblemKinds.ValueTooLarge, "faultBytesMax", BodyBytesMax);
        if (body.Problem is not null) return body.Problem;
        if (IncomingReader.Read(context, OperationMethod.Post, body.Bytes, out _) is { } refused) return refused;
        if (!TryParse(body.Bytes.Span, out var fault)) return new ProblemResult(ProblemKinds.BadBody, Example);
        var group = cluster.Groups.FirstOrDefault(group => group.Id.Number == fault!.Shard);
        if (group is null) return new ProblemResult(ProblemKinds.UnknownFault, $"There is no shard {fault!.Shard}.");
        var replicas = group.Statuses.Count;
        if (fault!.Replica is not { } replica || replica < 0 || replica >= replicas)
            return new ProblemResult(ProblemKinds.UnknownFault, $"There is no such replica: shard {fault.Shard} has replicas 0 to {replicas - 1}.");
        if (!TryApply(group, replica, fault.Action)) return new ProblemResult(ProblemKinds.UnknownFault, Example);
        LogMessages.FaultInjected(logger, fault.Action!, replica, fault.Shard);
        return TypedResults.Json(StatusEndpoints.Of(cluster.ServedBy(0).Groups[(int)fault.Shard]), ApiJson.Readable.ShardStatus);
    }

    private static bool TryApply(InProcessGroup group, int replica, string? action)
    {
        switch (action)
        {
            case "stop":
                group.StopReplica(replica);
                return true;
            case "start":
                group.StartReplica(replica, emptyDisk: false);
                return true;
            case "start-empty":
                group.StartReplica(replica, emptyDisk: true);
                return true;
            default:
                return false;
        }
    }

    private static bool TryParse(ReadOnlySpan<byte> json, out FaultRequest? fault)
    {
        fault = null;
        try
        {
            fault = JsonSerializer.Deserialize(json, ApiJson.Default.FaultRequest);
        }
        catch (JsonException)
        {
            return false; // The serializer has no other way to say that its input is not JSON, or not of this form.
        }

        return fault is not null;
    }
}
