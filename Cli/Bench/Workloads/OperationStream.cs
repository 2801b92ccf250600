using KvStore.Simulator;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>
/// One client's operations: the same from the same seed and client, as far as they do not depend on when others' insertions end. One user at a time.
/// </summary>
internal sealed class OperationStream : IOperationSource
{
    private const int ScanKeysMax = 100; // YCSB's maxscanlength.

    private readonly WorkloadPlan _plan;
    private readonly DeterministicRandom _random;
    private readonly IKeyChooser _keys;

    /// <summary>The stream of one client.</summary>
    public OperationStream(WorkloadPlan plan, int client)
    {
        _plan = plan;
        _random = new DeterministicRandom(Fnv64.Of(plan.Seed) ^ Fnv64.Of((ulong)client + 1));
        _keys = plan.Distribution switch
        {
            KeyDistribution.Zipfian => new ScrambledZipfianKeys(plan.Keys),
            KeyDistribution.Latest => new LatestKeys(plan.Keys),
            _ => new UniformKeys(plan.Keys),
        };
    }

    /// <inheritdoc/>
    public BenchOperation Next()
    {
        var kind = NextKind();
        return kind switch
        {
            OperationKind.Get => new BenchOperation(kind, _keys.Next(_random), default, 0),
            OperationKind.Append => new BenchOperation(kind, _keys.Next(_random), Value(_plan.KeptBytes), 0),
            OperationKind.Slice => new BenchOperation(kind, _keys.Next(_random), default, _plan.KeptBytes),
            OperationKind.Scan => new BenchOperation(kind, _keys.Next(_random), default, _random.Between(1, ScanKeysMax)),
            OperationKind.Insert => new BenchOperation(kind, _plan.Keys.Reserve(), Value(_plan.ValueBytes), 0),
            _ => new BenchOperation(kind, _keys.Next(_random), Value(_plan.ValueBytes), 0),
        };
    }

    /// <inheritdoc/>
    public void Ended(in BenchOperation operation)
    {
        if (operation.Kind == OperationKind.Insert) _plan.Keys.Inserted(operation.KeyIndex);
    }

    private OperationKind NextKind()
    {
        var draw = _random.Below(100);
        foreach (var (kind, percent) in _plan.Workload.Parts)
        {
            if (draw < percent) return kind;
            draw -= percent;
        }

        throw new InvalidOperationException($"The parts of workload {_plan.Workload.Name} are not a hundred percent.");
    }

    private ReadOnlyMemory<byte> Value(int length) => _plan.Pool.Slice(_random.Below(_plan.Pool.Length - length + 1), length);
}
