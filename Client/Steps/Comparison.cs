using System.Text.Json;

namespace KvStore.Client;

/// <summary>What a transaction asks before it decides what to do.</summary>
public sealed class Comparison
{
    private readonly KvKey _key;
    private readonly Action<Utf8JsonWriter> _rest;

    private Comparison(KvKey key, Action<Utf8JsonWriter> rest)
    {
        _key = key;
        _rest = rest;
    }

    /// <summary>Whether the key is at this revision.</summary>
    public static Comparison At(KvKey key, ETag tag) => new(key, json => json.WriteNumber("revision"u8, tag.Revision));

    /// <summary>Whether the key is there.</summary>
    public static Comparison Exists(KvKey key) => new(key, json => json.WriteBoolean("exists"u8, value: true));

    /// <summary>Whether the key is absent.</summary>
    public static Comparison Absent(KvKey key) => new(key, json => json.WriteBoolean("exists"u8, value: false));

    /// <summary>Whether the key has this value.</summary>
    public static Comparison HasValue(KvKey key, ReadOnlyMemory<byte> value) => new(key, json => Step.WriteValue(json, value.Span));

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Step.WriteKey(json, _key);
        _rest(json);
        json.WriteEndObject();
    }
}
