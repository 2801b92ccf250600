namespace KvStore.Protocol;

/// <summary>How an operation ended. Part of what replicas agree on: the numbers never change.</summary>
public enum ResultCode : byte
{
    /// <summary>Done.</summary>
    Ok = 1,

    /// <summary>Done, and the key is new.</summary>
    Created = 2,

    /// <summary>There is no such key. Nothing was applied.</summary>
    NotFound = 3,

    /// <summary>A condition (If-Match, If-None-Match, Kv-If-Length) does not hold. Nothing was applied.</summary>
    PreconditionFailed = 4,

    /// <summary>The key, or the value that would result, is over its limit. Nothing was applied.</summary>
    TooLarge = 5,

    /// <summary>The range begins beyond the value's end.</summary>
    RangeNotSatisfiable = 6,

    /// <summary>The operation is not one, or its parts are malformed. Nothing was applied.</summary>
    Invalid = 7,

    /// <summary>The operation is well formed but can't be carried out on this value (a slice outside of it). Nothing was applied.</summary>
    Unprocessable = 8,

    /// <summary>The nonce's counter has left its session's window. Nothing was applied.</summary>
    Stale = 9,

    /// <summary>The nonce was used with other content. Nothing was applied.</summary>
    Conflict = 10,

    /// <summary>The batch's time is past the request's expiry. Nothing was applied.</summary>
    Expired = 11,

    /// <summary>The client has too many sessions; it may try again when one has expired. Nothing was applied.</summary>
    TooManySessions = 12,

    /// <summary>The key that signed the request may not do this. Nothing was applied.</summary>
    Unauthorized = 13,

    /// <summary>The value is unchanged: the ETag given in If-None-Match of a read still holds.</summary>
    NotModified = 14,

    /// <summary>No key of the operation belongs to this shard, or one of a transaction does not. Nothing was applied here.</summary>
    WrongShard = 15,
}

/// <summary>
/// The result of one operation, as every replica computes it. Fields that a result has no use for are 0 or empty.
/// </summary>
public sealed record OperationResult
{
    /// <summary>How it ended.</summary>
    public required ResultCode Code { get; init; }

    /// <summary>The shard's revision after the operation: one for every change that was applied.</summary>
    public required ulong Revision { get; init; }

    /// <summary>The revision at which the key last changed, which is its ETag; 0 when the key is absent.</summary>
    public ulong KeyRevision { get; init; }

    /// <summary>Append: where the appended bytes begin. Slice: where the slice begins.</summary>
    public ulong Offset { get; init; }

    /// <summary>The length of the whole value after the operation, in bytes.</summary>
    public ulong Length { get; init; }

    /// <summary>The batch time from which on the key expires; zero when it does not.</summary>
    public Timestamp Expires { get; init; }

    /// <summary>Reads: the value or the slice of it; lists, transactions and batches: the page or the steps' results, canonically encoded.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Reads: the content type as it was put; empty when none was given.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The largest canonical encoding of a result, in bytes.</summary>
    public const int EncodedBytesMax = 5 * 1024 * 1024;

    /// <summary>Whether the operation was refused, so that nothing was applied.</summary>
    public bool Refused => Code is not (ResultCode.Ok or ResultCode.Created or ResultCode.NotModified);

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Byte((byte)Code);
        writer.UInt64(Revision);
        writer.UInt64(KeyRevision);
        writer.UInt64(Offset);
        writer.UInt64(Length);
        writer.Time(Expires);
        writer.Bytes(Value.Span);
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(ContentType));
    }

    /// <summary>The canonical encoding in a new array.</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter(64 + Value.Length);
        Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails.</summary>
    public static OperationResult Decode(ref CanonicalReader reader)
    {
        var result = new OperationResult
        {
            Code = (ResultCode)reader.Byte(),
            Revision = reader.UInt64(),
            KeyRevision = reader.UInt64(),
            Offset = reader.UInt64(),
            Length = reader.UInt64(),
            Expires = reader.Time(),
            Value = reader.Bytes(EncodedBytesMax),
            ContentType = System.Text.Encoding.Latin1.GetString(reader.Bytes(Operation.TextBytesMax).Span),
        };
        reader.Require(result.Code is >= ResultCode.Ok and <= ResultCode.WrongShard);
        reader.Require(System.Text.Ascii.IsValid(result.ContentType)); // As it is encoded; anything else would have a second encoding.
        return result;
    }
}
