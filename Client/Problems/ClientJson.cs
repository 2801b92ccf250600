using System.Buffers.Text;
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

/// <summary>Values in JSON. http-api.md section 1.</summary>
internal static class JsonValues
{
    /// <summary>The bytes of a value that is text, or base64 where it is not; null when there is neither.</summary>
    public static ReadOnlyMemory<byte>? Of(string? text, byte[]? base64)
    {
        if (text is not null) return System.Text.Encoding.UTF8.GetBytes(text);
        if (base64 is null) return null; // Said on its own: a null array would convert to an empty value.
        return base64;
    }

    /// <summary>A key that is there as text, or in base64url.</summary>
    /// <exception cref="FormatException">It is not base64url.</exception>
    /// <exception cref="ArgumentNullException">There is neither.</exception>
    public static KvKey KeyOf(string? text, string? base64Url) => text is not null ? new KvKey(text) : new KvKey(Base64Url.DecodeFromChars(base64Url));
}
