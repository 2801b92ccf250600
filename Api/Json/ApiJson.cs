using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Api.Operations;
using KvStore.Api.Problems;
using KvStore.Api.Signing;

namespace KvStore.Api.Json;

/// <summary>The JSON of all documents that are served and taken.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ShardStatus))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(EvidenceDocument))]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(OutcomeDocument))]
[JsonSerializable(typeof(ProblemKindDocument))]
[JsonSerializable(typeof(List<ProblemKindDocument>))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For writing: quotes and '+' stay readable, which is safe because no answer is ever pasted into a page.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
