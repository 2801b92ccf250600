using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace KvStore.Client;

/// <summary>One step of a transaction or a batch.</summary>
public sealed class Step
{
    private readonly string _operation;
    private readonly KvKey _key;
    private readonly Action<Utf8JsonWriter>? _rest;

    private Step(string operation, KvKey key, Action<Utf8JsonWriter>? rest = null)
    {
        _operation = operation;
        _key = key;
        _rest = rest;
    }

    /// <summary>The revision that the key must be at; of batches only: a transaction compares up front.</summary>
    internal ulong? Revision { get; private init; }

    /// <summary>Replaces a value, or creates it.</summary>
    public static Step Put(KvKey key, ReadOnlyMemory<byte> value, string? contentType = null, TimeSpan? timeToLive = null)
    {
        if (timeToLive is { } time && (time < TimeSpan.FromSeconds(1) || time.Ticks % TimeSpan.TicksPerSecond != 0))
            throw new ArgumentException("A time to live is a whole number of seconds from 1 on.", nameof(timeToLive));
        return new Step("put", key, json =>
        {
            WriteValue(json, value.Span);
            if (contentType is not null) json.WriteString("contentType"u8, contentType);
            if (timeToLive is { } time) json.WriteNumber("ttl"u8, time.Ticks / TimeSpan.TicksPerSecond);
        });
    }

    /// <summary>Appends to a value, or creates it.</summary>
    public static Step Append(KvKey key, ReadOnlyMemory<byte> value, string? contentType = null, long? ifLength = null) => new("append", key, json =>
    {
        WriteValue(json, value.Span);
        if (contentType is not null) json.WriteString("contentType"u8, contentType);
        if (ifLength is { } length) json.WriteNumber("ifLength"u8, length);
    });

    /// <summary>Makes a value a slice of itself.</summary>
    public static Step KeepSlice(KvKey key, long start, long? end = null) => new("slice", key, json =>
    {
        json.WriteNumber("start"u8, start);
        if (end is { } last) json.WriteNumber("end"u8, last);
    });

    /// <summary>Deletes a key, if it is there.</summary>
    public static Step Delete(KvKey key) => new("delete", key);

    /// <summary>Reads a value, or a slice of it.</summary>
    public static Step Get(KvKey key, ByteRange? range = null) =>
        new("get", key, range is { } bytes ? json => json.WriteString("range"u8, bytes.ToString()) : null);

    /// <summary>The same step, only if the key is at this revision. In a batch only.</summary>
    public Step IfMatch(ETag tag) => new(_operation, _key, _rest) { Revision = tag.Revision };

    /// <summary>The same step, only if the key is absent. In a batch only.</summary>
    public Step IfAbsent() => new(_operation, _key, _rest) { Revision = 0 };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, _operation);
        WriteKey(json, _key);
        _rest?.Invoke(json);
        if (Revision is { } revision) json.WriteNumber("ifRevision"u8, revision);
        json.WriteEndObject();
    }

    internal static void WriteKey(Utf8JsonWriter json, KvKey key)
    {
        var bytes = key.Bytes.Span;
        if (Utf8.IsValid(bytes)) json.WriteString("key"u8, bytes);
        else json.WriteString("keyB64"u8, Base64Url.EncodeToString(bytes));
    }

    internal static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value)) json.WriteString("value"u8, value);
        else json.WriteBase64String("valueB64"u8, value);
    }
}
