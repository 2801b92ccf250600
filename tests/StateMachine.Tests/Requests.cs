using System.Collections.Immutable;
using System.Text;

namespace KvStore.StateMachine.Tests;

/// <summary>Makes operations and requests. Signatures are left empty: the state machine is given requests that were verified.</summary>
internal static class Requests
{
    public static readonly ClusterId Cluster = new(Digest.Of("a cluster"u8));
    public static readonly PublicKey Alice = Client(1);
    public static readonly PublicKey Bob = Client(2);

    /// <summary>The time of the first batches, in milliseconds.</summary>
    public const ulong Start = 1_800_000_000_000;

    public static PublicKey Client(int number) => PublicKey.Read(Digest.Of(BitConverter.GetBytes(number)).ToArray());

    public static Timestamp At(double seconds) => new(Start + (ulong)(seconds * 1000));

    public static Request Request(
        Operation operation,
        ulong counter,
        ulong session = 1,
        PublicKey? client = null,
        double expires = 60) => new()
        {
            Client = client ?? Alice,
            Nonce = new Nonce(new SessionId(session), counter),
            Created = At(0),
            Expires = At(expires),
            Operation = operation,
            Signature = default,
        };

    public static Operation Operation(
        OperationMethod method,
        string path,
        string query = "",
        string? body = null,
        params (OperationHeader Header, string Value)[] headers) => Raw(method, path, query, Encoding.UTF8.GetBytes(body ?? ""), headers);

    public static Operation Raw(
        OperationMethod method,
        string path,
        string query,
        ReadOnlyMemory<byte> body,
        params (OperationHeader Header, string Value)[] headers)
    {
        var fields = headers.OrderBy(h => h.Header).Select(h => new OperationHeaderField(h.Header, h.Value)).ToImmutableArray();
        Assert.True(KvStore.Protocol.Operation.TryCreate(method, path, query, fields, body, out var operation));
        return operation;
    }

    public static Operation Put(string key, string value, params (OperationHeader Header, string Value)[] headers) =>
        Operation(OperationMethod.Put, "/v1/kv/" + key, "", value, headers);

    public static Operation Append(string key, string value, params (OperationHeader Header, string Value)[] headers) =>
        Operation(OperationMethod.Post, "/v1/kv/" + key, "", value, headers);

    public static Operation KeepSlice(string key, string json, params (OperationHeader Header, string Value)[] headers) =>
        Operation(OperationMethod.Patch, "/v1/kv/" + key, "", json, [(OperationHeader.ContentType, "application/vnd.kv.slice+json"), .. headers]);

    public static Operation Delete(string key, params (OperationHeader Header, string Value)[] headers) =>
        Operation(OperationMethod.Delete, "/v1/kv/" + key, "", null, headers);

    public static Operation Get(string key, params (OperationHeader Header, string Value)[] headers) =>
        Operation(OperationMethod.Get, "/v1/kv/" + key, "", null, headers);

    public static Operation PostTransaction(string json) => Operation(OperationMethod.Post, "/v1/txn", "", json, (OperationHeader.ContentType, "application/json"));

    public static Operation PostBatch(string json) => Operation(OperationMethod.Post, "/v1/batch", "", json, (OperationHeader.ContentType, "application/json"));

    public static Operation List(string query = "") => Operation(OperationMethod.Get, "/v1/kv", query);
}
