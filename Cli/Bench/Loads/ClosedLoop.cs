using KvStore.Cli.Bench.Measuring;

namespace KvStore.Cli.Bench.Loads;

/// <summary>
/// Each client begins an operation when its last one has ended. Good for the highest throughput; a stall of the service stops the load as well, so the
/// latencies under a given load are the open loop's to measure.
/// </summary>
internal static class ClosedLoop
{
    /// <summary>Runs until the end of the window, or until each client has carried out its share, and then waits for what is under way.</summary>
    /// <param name="workers">The clients.</param>
    /// <param name="end">When no operation begins any more, in the clock's nanoseconds.</param>
    /// <param name="operations">How many operations all clients carry out together; null for as many as there is time for.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancel">Ends the run early.</param>
    public static async Task RunAsync(IReadOnlyList<Worker> workers, long end, long? operations, IBenchClock clock, CancellationToken cancel)
    {
        var loops = workers.Select((worker, index) => Task.Run(() => RunAsync(worker, end, ShareOf(operations, index, workers.Count), clock, cancel), cancel));
        await Task.WhenAll(loops);
    }

    private static long ShareOf(long? operations, int index, int workers) =>
        operations is { } all ? (all / workers) + (index < all % workers ? 1 : 0) : long.MaxValue;

    private static async Task RunAsync(Worker worker, long end, long share, IBenchClock clock, CancellationToken cancel)
    {
        for (long done = 0; done < share && !cancel.IsCancellationRequested; done++)
        {
            var now = clock.Now;
            if (now >= end) return;
            await worker.RunAsync(clock, now, cancel);
        }
    }
}
