using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Bench.Targets;

/// <summary>What is measured.</summary>
internal interface IBenchTarget : IAsyncDisposable
{
    /// <summary>What it is, for the report.</summary>
    string Name { get; }

    /// <summary>A client of it, which carries out what comes from a source.</summary>
    IBenchClient NewClient(IOperationSource source);
}
