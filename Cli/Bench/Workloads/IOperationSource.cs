namespace KvStore.Cli.Bench.Workloads;

/// <summary>Where a client's operations come from. One user at a time.</summary>
internal interface IOperationSource
{
    /// <summary>The next operation.</summary>
    BenchOperation Next();

    /// <summary>An operation has ended, well or not.</summary>
    void Ended(in BenchOperation operation);
}

/// <summary>Creates the keys that a run begins with: each client every so many-th.</summary>
internal sealed class LoadingSource(WorkloadPlan plan, int client, int clients) : IOperationSource
{
    private long _next = client;

    /// <inheritdoc/>
    public BenchOperation Next()
    {
        var index = _next;
        _next += clients;
        var offset = (int)(index % (plan.Pool.Length - plan.ValueBytes + 1));
        return new BenchOperation(OperationKind.Put, index, plan.Pool.Slice(offset, plan.ValueBytes), 0);
    }

    /// <inheritdoc/>
    public void Ended(in BenchOperation operation)
    {
        // The keys that a run begins with are counted already.
    }
}
