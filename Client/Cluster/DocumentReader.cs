using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvStore.Client.Exchanges;

namespace KvStore.Client;

/// <summary>Reads the gateway's own documents.</summary>
internal static class DocumentReader
{
    /// <summary>How the shards and their replicas are.</summary>
    public static ClusterStatus Status(Answer answer) => Read(answer, ClientJson.Default.ClusterStatus) with { Json = answer.Body };

    /// <summary>Who the members are.</summary>
    public static ClusterInfo Cluster(Answer answer) => Read(answer, ClientJson.Default.ClusterInfo) with { Json = answer.Body };

    /// <summary>What became of a request.</summary>
    public static RequestOutcome Outcome(Answer answer)
    {
        var state = Read(answer, ClientJson.Default.OutcomeDocument).State switch
        {
            "unknown" => RequestState.Unknown,
            "pending" => RequestState.Pending,
            "executed" => RequestState.Executed,
            _ => throw AnswerReader.Bad(answer, isRead: true),
        };
        return new RequestOutcome(state, answer.Body);
    }

    private static T Read<T>(Answer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type) ?? throw AnswerReader.Bad(answer, isRead: true);
        }
        catch (JsonException exception)
        {
            throw AnswerReader.Bad(answer, isRead: true, exception);
        }
    }
}
