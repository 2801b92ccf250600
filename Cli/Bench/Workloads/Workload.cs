using System.Collections.Immutable;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>How keys are chosen.</summary>
internal enum KeyDistribution
{
    /// <summary><see cref="UniformKeys"/>.</summary>
    Uniform,

    /// <summary><see cref="ScrambledZipfianKeys"/>.</summary>
    Zipfian,

    /// <summary><see cref="LatestKeys"/>.</summary>
    Latest,
}

/// <summary>A mix of operations.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Parts">What it does, in percent.</param>
/// <param name="Distribution">How it chooses keys unless told otherwise.</param>
internal sealed record Workload(string Name, ImmutableArray<(OperationKind Kind, int Percent)> Parts, KeyDistribution Distribution)
{
    /// <summary>All that there are: puts, gets, YCSB's core workloads, and that of Byzantine Chain Replication.</summary>
    public static ImmutableArray<Workload> All { get; } =
    [
        new("put", [(OperationKind.Put, 100)], KeyDistribution.Uniform),
        new("get", [(OperationKind.Get, 100)], KeyDistribution.Uniform),
        new("a", [(OperationKind.Get, 50), (OperationKind.Put, 50)], KeyDistribution.Zipfian),
        new("b", [(OperationKind.Get, 95), (OperationKind.Put, 5)], KeyDistribution.Zipfian),
        new("c", [(OperationKind.Get, 100)], KeyDistribution.Zipfian),
        new("d", [(OperationKind.Get, 95), (OperationKind.Insert, 5)], KeyDistribution.Latest),
        new("e", [(OperationKind.Scan, 95), (OperationKind.Insert, 5)], KeyDistribution.Zipfian),
        new("f", [(OperationKind.Get, 50), (OperationKind.ReadModifyWrite, 50)], KeyDistribution.Zipfian),
        new("bcr", [(OperationKind.Get, 25), (OperationKind.Append, 25), (OperationKind.Slice, 25), (OperationKind.Put, 25)], KeyDistribution.Uniform),
    ];

    /// <summary>Whether it needs keys that are there already.</summary>
    public bool NeedsLoadedKeys => Parts.Any(part => part.Kind is not OperationKind.Put);

    /// <summary>Whether it changes anything.</summary>
    public bool Writes => Parts.Any(part => part.Kind is not (OperationKind.Get or OperationKind.Scan));

    /// <summary>Whether values grow and shrink.</summary>
    public bool Appends => Parts.Any(part => part.Kind is OperationKind.Append);
}
