using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Reads PATCH with a body like <c>{"start":2,"end":5}</c>.</summary>
internal static class SliceParser
{
    /// <summary>The content type of the body.</summary>
    public const string MediaType = "application/vnd.kv.slice+json";

    // Two numbers and their names take less, however they are laid out within reason.
    private const int BodyBytesMax = 1024;

    public static KeepSliceCommand? Parse(Operation operation, Key key, Preconditions conditions, out ParseError? error)
    {
        error = null;
        if (!IsSlice(operation.Header(OperationHeader.ContentType)))
        {
            error = new ParseError(ParseErrors.BadContentType, $"The content type must be {MediaType}.");
        }
        else if (operation.Body.Length > BodyBytesMax || !TryRead(operation.Body.Span, out var start, out var end))
        {
            error = new ParseError(ParseErrors.BadSlice, "The body must be like {\"start\":2,\"end\":5}; the end is not kept, and may be left out.");
        }
        else
        {
            return new KeepSliceCommand(key, conditions, start, end);
        }

        return null;
    }

    // Parameters such as charset=utf-8, which some clients add to all JSON, change nothing.
    private static bool IsSlice(string? contentType) =>
        contentType is not null && contentType.AsSpan(0, IndexOrLength(contentType, ';')).Trim(' ').Equals(MediaType, StringComparison.OrdinalIgnoreCase);

    private static int IndexOrLength(string text, char value) => text.IndexOf(value) is var index and >= 0 ? index : text.Length;

    private static bool TryRead(ReadOnlySpan<byte> body, out ulong start, out ulong? end)
    {
        start = 0;
        end = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            ulong? first = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                // Escapes are not needed in these names, and broken ones make the comparison throw.
                if (reader.ValueIsEscaped) return false;
                var isStart = reader.ValueTextEquals("start"u8);
                if (!isStart && !reader.ValueTextEquals("end"u8)) return false;
                if ((isStart ? first : end).HasValue) return false;
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out var number)) return false;
                if (isStart) first = number;
                else end = number;
            }

            start = first.GetValueOrDefault();
            return first.HasValue && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false; // The reader has no other way to say that its input is not JSON.
        }
    }
}
