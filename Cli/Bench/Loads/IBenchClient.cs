using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Bench.Loads;

/// <summary>One client: carries out its operations one after the other. What it sends and where to is its own affair, the load only says when.</summary>
internal interface IBenchClient
{
    /// <summary>Carries out its next operation. Never called again before the last one has ended.</summary>
    ValueTask<OperationOutcome> RunNextAsync(CancellationToken cancel);
}

/// <summary>A client and what is recorded of it.</summary>
/// <param name="Client">The client.</param>
/// <param name="Recorder">Its recorder.</param>
internal sealed record Worker(IBenchClient Client, Recorder Recorder)
{
    /// <summary>Carries out one operation and records it.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="intended">When the operation was meant to begin: its latency counts from here.</param>
    /// <param name="cancel">Cancels the run.</param>
    public async ValueTask RunAsync(IBenchClock clock, long intended, CancellationToken cancel)
    {
        var outcome = await Client.RunNextAsync(cancel);
        Recorder.Record(outcome, intended, clock.Now);
    }
}
