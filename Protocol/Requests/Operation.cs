using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>The HTTP method of an operation.</summary>
public enum OperationMethod : byte
{
    /// <summary>Read a value or list keys.</summary>
    Get = 1,

    /// <summary>Replace a value.</summary>
    Put = 2,

    /// <summary>Append to a value.</summary>
    Post = 3,

    /// <summary>Keep a slice of a value.</summary>
    Patch = 4,

    /// <summary>Delete a value.</summary>
    Delete = 5,
}

/// <summary>The headers that change what an operation means, in the order in which a signature covers them. http-api.md section 4.</summary>
public enum OperationHeader : byte
{
    /// <summary><c>content-type</c>, covered right after the body's digest.</summary>
    ContentType = 1,

    /// <summary><c>if-match</c>.</summary>
    IfMatch = 2,

    /// <summary><c>if-none-match</c>.</summary>
    IfNoneMatch = 3,

    /// <summary><c>range</c>.</summary>
    Range = 4,

    /// <summary><c>kv-if-length</c>.</summary>
    KvIfLength = 5,

    /// <summary><c>prefer</c>.</summary>
    Prefer = 6,
}

/// <summary>One header of an operation.</summary>
public readonly record struct OperationHeaderField(OperationHeader Header, string Value);

/// <summary>
/// What a client asks for, as the HTTP request that it signed: what is replicated is what the user signed. All text is printable
/// ASCII as it came over the wire (the path and query before any decoding), so that every replica rebuilds the same signature base.
/// </summary>
public sealed class Operation
{
    /// <summary>The longest path, query or header value, in bytes.</summary>
    public const int TextBytesMax = 8192;

    /// <summary>The largest body of an encoded operation, in bytes; the state machine's own limits are lower.</summary>
    public const int BodyBytesMax = 4 * 1024 * 1024;

    private volatile object? _meaning;

    private Operation(OperationMethod method, string path, string query, ImmutableArray<OperationHeaderField> headers, ReadOnlyMemory<byte> body)
    {
        Method = method;
        Path = path;
        Query = query;
        Headers = headers;
        Body = body;
    }

    /// <summary>The method.</summary>
    public OperationMethod Method { get; }

    /// <summary>The path, percent-encoded as it was sent; starts with '/'.</summary>
    public string Path { get; }

    /// <summary>The query with its leading '?', or empty.</summary>
    public string Query { get; }

    /// <summary>The semantic headers that are present, ascending by <see cref="OperationHeader"/>.</summary>
    public ImmutableArray<OperationHeaderField> Headers { get; }

    /// <summary>The body; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>
    /// What a reader made of the operation, for those who read the same object after it. Whoever keeps something here must come to the same from what is
    /// signed alone; it is never sent.
    /// </summary>
    public object? Meaning
    {
        get => _meaning;
        set => _meaning = value;
    }

    /// <summary>Whether a digest of the body is signed: always for methods that carry one, even when it is empty.</summary>
    public bool HasBody => Method is OperationMethod.Put or OperationMethod.Post or OperationMethod.Patch;

    /// <summary>Makes an operation; false when a text is too long, not printable ASCII, or headers are out of order.</summary>
    public static bool TryCreate(
        OperationMethod method,
        string path,
        string query,
        ImmutableArray<OperationHeaderField> headers,
        ReadOnlyMemory<byte> body,
        out Operation operation)
    {
        operation = new Operation(method, path, query, headers, body);
        return operation.IsWellFormed();
    }

    /// <summary>The value of a header, or null when it is absent.</summary>
    public string? Header(OperationHeader header)
    {
        foreach (var field in Headers)
        {
            if (field.Header == header) return field.Value;
        }

        return null;
    }

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Byte((byte)Method);
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(Path));
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(Query));
        writer.Count(Headers.Length);
        foreach (var field in Headers)
        {
            writer.Byte((byte)field.Header);
            writer.Bytes(System.Text.Encoding.ASCII.GetBytes(field.Value));
        }

        writer.Bytes(Body.Span);
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is not to be used.</summary>
    public static Operation? Decode(ref CanonicalReader reader)
    {
        var method = (OperationMethod)reader.Byte();
        var path = Text(ref reader);
        var query = Text(ref reader);
        var count = reader.Count((int)OperationHeader.Prefer, elementBytesMin: 5);
        var headers = ImmutableArray.CreateBuilder<OperationHeaderField>(count);
        for (var i = 0; i < count; i++) headers.Add(new OperationHeaderField((OperationHeader)reader.Byte(), Text(ref reader)));
        var body = reader.Bytes(BodyBytesMax).ToArray(); // Kept for long, and not with everything that was read with it.
        if (!reader.Failed && TryCreate(method, path, query, headers.ToImmutable(), body, out var operation)) return operation;
        reader.Fail();
        return null;
    }

    private static string Text(ref CanonicalReader reader) => System.Text.Encoding.Latin1.GetString(reader.Bytes(TextBytesMax).Span);

    private bool IsWellFormed()
    {
        if (Method is < OperationMethod.Get or > OperationMethod.Delete) return false;
        if (!Path.StartsWith('/') || !IsVisible(Path)) return false;
        if (Query.Length > 0 && (Query[0] != '?' || !IsVisible(Query))) return false;
        if (Body.Length > BodyBytesMax || (!HasBody && Body.Length > 0)) return false;
        var last = 0;
        foreach (var field in Headers)
        {
            if ((int)field.Header <= last || field.Header > OperationHeader.Prefer || !IsFieldValue(field.Value)) return false;
            last = (int)field.Header;
        }

        return true;
    }

    // Visible ASCII without space: what a request target may consist of.
    private static bool IsVisible(string text) => text.Length <= TextBytesMax && !text.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e');

    // RFC 9421 section 2.1 strips white space around a value, so a value that has any is not canonical.
    private static bool IsFieldValue(string text) =>
        text.Length <= TextBytesMax && !text.AsSpan().ContainsAnyExceptInRange('\x20', '\x7e') && text.AsSpan().Trim(' ').Length == text.Length;
}
