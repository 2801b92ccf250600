using KvStore.Simulator;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>What all clients of one run share.</summary>
/// <param name="Workload">The mix.</param>
/// <param name="Distribution">How keys are chosen.</param>
/// <param name="ValueBytes">The length of a value.</param>
/// <param name="Seed">From which everything is drawn.</param>
/// <param name="Keys">The keys that there are.</param>
internal sealed record WorkloadPlan(Workload Workload, KeyDistribution Distribution, int ValueBytes, ulong Seed, KeySpace Keys)
{
    private const int PoolBytes = 64 * 1024;

    /// <summary>Random bytes of which values are slices: filling a new value for each operation would be measured with the service.</summary>
    public ReadOnlyMemory<byte> Pool { get; } = MakePool(PoolBytes + ValueBytes, Seed);

    /// <summary>
    /// No value of a workload with slices is ever shorter: it is put at its full length, and a slice keeps this much. So a slice is inside the value
    /// whatever the other clients do in between, and none is refused.
    /// </summary>
    public int KeptBytes => Math.Max(1, ValueBytes / 2);

    private static byte[] MakePool(int length, ulong seed)
    {
        var pool = new byte[length];
        new DeterministicRandom(seed).Fill(pool);
        return pool;
    }
}
