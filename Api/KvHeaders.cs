namespace KvStore.Api;

/// <summary>The names of our own headers. http-api.md section 6.</summary>
internal static class KvHeaders
{
    public const string Revision = "Kv-Revision";
    public const string Shard = "Kv-Shard";
    public const string AppendOffset = "Kv-Append-Offset";
    public const string Length = "Kv-Length";
    public const string Expires = "Kv-Expires";
    public const string IfLength = "Kv-If-Length";
    public const string Bundle = "Kv-Bundle";
    public const string Signature = "Signature";
    public const string SignatureInput = "Signature-Input";
    public const string AcceptSignature = "Accept-Signature";
    public const string ContentDigest = "Content-Digest";
    public const string Cluster = "Kv-Cluster";
    public const string IdempotentReplayed = "Idempotent-Replayed";
    public const string Prefer = "Prefer";
}
