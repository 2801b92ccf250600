namespace KvStore.Api.OpenApi;

/// <summary>Transactions and batches.</summary>
internal static class StepDescriptions
{
    private const string Json = "application/json";

    private const string Transaction = """
        {"if":[{"key":"{ann}/balance","revision":41},{"key":"{ann}/frozen","exists":false}],
         "then":[{"op":"put","key":"{ann}/balance","value":"90"},{"op":"append","key":"{ann}/log","value":"-10\n"}],
         "else":[{"op":"get","key":"{ann}/balance"}]}
        """;

    private const string TransactionAnswer = """
        {"succeeded":true,"revision":42,"shard":0,"results":[{"op":"put","key":"{ann}/balance","status":"ok","revision":42,"etag":"\"r42\"","length":2},{"op":"append","key":"{ann}/log","status":"ok","revision":42,"etag":"\"r42\"","length":8,"offset":4}]}
        """;

    private const string Batch = """
        {"operations":[{"op":"put","key":"a","value":"1","ifRevision":7},{"op":"get","key":"b"},{"op":"delete","key":"c"}]}
        """;

    private const string BatchAnswer = """
        {"results":[{"op":"put","key":"a","shard":0,"status":"ok","revision":9,"etag":"\"r9\"","length":1},{"op":"get","key":"b","shard":1,"status":"not-found"},{"op":"delete","key":"c","shard":0,"status":"ok","revision":10}]}
        """;

    /// <summary>All of them.</summary>
    public static IEnumerable<OperationEntry> All =>
    [
        new("POST", "/v1/txn", "transaction", OperationEntry.Steps, Transactions),
        new("POST", "/v1/batch", "batch", OperationEntry.Steps, Batches),
    ];

    private static void Transactions(OperationDescription it) => it
        .Says("Compare, and do all or nothing.",
            "When all comparisons of `if` hold, `then` is carried out, else `else`: all of it as one change, or, when one step is refused, nothing (the problem's `step` says which). All keys belong to one shard: keys with the same text in braces do, like {ann}/balance and {ann}/log.")
        .Signed(hasBody: true)
        .Takes(Json, Components.Transaction, "At most 1,024 comparisons and steps, 4 MiB (the cluster's limits say).", Transaction)
        .Gives(StatusCodes.Status200OK, "One branch was carried out.", KvHeaders.Revision, KvHeaders.Shard, KvHeaders.IdempotentReplayed)
        .With(Json, Components.TransactionAnswer, TransactionAnswer)
        .Refuses(Refusals.Transaction);

    private static void Batches(OperationDescription it) => it
        .Says("Independent operations in one request.",
            "Each has a result and a revision of its own; one that is refused has an `error`, and the others are carried out all the same. When a shard does not answer, the errors of its operations say in `outcome` what is known, and the answer is 200 as long as another shard answered.")
        .Signed(hasBody: true)
        .Takes(Json, Components.Batch, "At most 1,024 operations, 4 MiB (the cluster's limits say).", Batch)
        .Gives(StatusCodes.Status200OK, "A result for each operation. Kv-Revision and Kv-Shard are there when all keys are of one shard.",
            KvHeaders.Revision, KvHeaders.Shard, KvHeaders.IdempotentReplayed)
        .With(Json, Components.BatchAnswer, BatchAnswer)
        .Refuses(Refusals.Batch);
}
