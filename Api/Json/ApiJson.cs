using System.Text.Json.Serialization;
using KvStore.Api.Operations;
using KvStore.Api.Problems;

namespace KvStore.Api.Json;

/// <summary>The JSON of all documents that are served and taken.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ShardStatus))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(ProblemKindDocument))]
[JsonSerializable(typeof(List<ProblemKindDocument>))]
public sealed partial class ApiJson : JsonSerializerContext;
