using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvStore.Client;

/// <summary>The JSON of what gateways answer.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ListDocument))]
[JsonSerializable(typeof(ClusterInfo))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(TransactionDocument))]
[JsonSerializable(typeof(BatchDocument))]
[JsonSerializable(typeof(OutcomeDocument))]
internal sealed partial class ClientJson : JsonSerializerContext;
