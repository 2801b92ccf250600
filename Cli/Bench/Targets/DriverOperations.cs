using System.Collections.Immutable;
using System.Text;
using KvStore.Cli.Bench.Workloads;
using KvStore.Protocol;

namespace KvStore.Cli.Bench.Targets;

/// <summary>A workload's operations as the HTTP requests that are replicated.</summary>
internal static class DriverOperations
{
    private static readonly ImmutableArray<OperationHeaderField> _sliceHeaders = [new(OperationHeader.ContentType, "application/vnd.kv.slice+json")];

    /// <summary>The read that an operation begins with, or consists of.</summary>
    public static Operation Read(in BenchOperation operation) => operation.Kind == OperationKind.Scan
        ? Create(OperationMethod.Get, "/v1/kv", $"?start={operation.Key}&limit={operation.Count}", [], default)
        : Create(OperationMethod.Get, PathOf(operation), "", [], default);

    /// <summary>The write that an operation ends with, or consists of.</summary>
    public static Operation Write(in BenchOperation operation) => operation.Kind switch
    {
        OperationKind.Append => Create(OperationMethod.Post, PathOf(operation), "", [], operation.Value),
        OperationKind.Slice => Create(OperationMethod.Patch, PathOf(operation), "", _sliceHeaders, SliceBody(operation.Count)),
        _ => Create(OperationMethod.Put, PathOf(operation), "", [], operation.Value),
    };

    private static string PathOf(in BenchOperation operation) => $"/v1/kv/{operation.Key}";

    private static byte[] SliceBody(int end) => Encoding.ASCII.GetBytes($"{{\"start\":0,\"end\":{end}}}");

    private static Operation Create(
        OperationMethod method, string path, string query, ImmutableArray<OperationHeaderField> headers, ReadOnlyMemory<byte> body)
    {
        Invariant.Holds(Operation.TryCreate(method, path, query, headers, body, out var operation));
        return operation;
    }
}
