using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace KvStore.Replication.Setup;

/// <summary>
/// The JSON of the files that operators make and exchange, read strictly: a member that is unknown, missing, repeated or null is refused with its place.
/// Two programs that read the same file differently would be two truths.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(EnrolmentJson))]
[JsonSerializable(typeof(GenesisJson))]
[JsonSerializable(typeof(StartedJson))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class SetupJson : JsonSerializerContext
{
    /// <summary>Reads one document.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="type">Its form.</param>
    /// <param name="source">The file, for the message.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <param name="next">What to do when it is not.</param>
    /// <exception cref="SetupException">It is not of that form.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type, string source, string what, string next)
        where T : class
    {
        // The reader finds that only when it makes a text of it, which may be much later.
        if (!Utf8.IsValid(bytes)) throw new SetupException($"{source} is not {what}: it is not UTF-8.", next);
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new SetupException($"{source} is not {what}: it is null.", next);
        }
        catch (JsonException exception)
        {
            var place = exception is { LineNumber: { } line, Path: { } path } ? $" at line {line + 1}, {path}" : "";
            throw new SetupException($"{source} is not {what}{place}: {FirstSentence(exception.Message)}", next);
        }
    }

    /// <summary>One document as bytes, with a line's end.</summary>
    public static byte[] Write<T>(T document, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n'];

    // The rest repeats the place, and names types of this program.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
