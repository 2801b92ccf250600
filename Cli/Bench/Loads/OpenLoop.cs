// Latency counts from the moment at which an operation was meant to begin. A service that stalls would otherwise hide all but one of the slow
// operations, because the load waits with it: Gil Tene's "coordinated omission".
using System.Collections.Concurrent;
using System.Threading.Channels;
using KvStore.Cli.Bench.Measuring;

namespace KvStore.Cli.Bench.Loads;

/// <summary>Begins operations when they are due, whatever became of those before; as many at once as there are clients.</summary>
internal static class OpenLoop
{
    /// <summary>The code under which operations count that were due inside the window, and for which no client was free before it ended.</summary>
    public const string NotStarted = "not-started";

    // How late the clock may wake the load up. What is due just before the end is begun all the same; what has waited for longer waited for a client.
    private const long WakeUpMax = 50_000_000;

    /// <summary>Runs until the end of the window, and then waits for what is under way.</summary>
    /// <param name="workers">The clients: the bound on the operations under way.</param>
    /// <param name="window">The measured time.</param>
    /// <param name="arrivals">When operations are due.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancel">Ends the run early.</param>
    /// <returns>How much later than due operations were begun; their latencies contain it.</returns>
    public static async Task<LatencyHistogram> RunAsync(
        IReadOnlyList<Worker> workers, Window window, Arrivals arrivals, IBenchClock clock, CancellationToken cancel)
    {
        var lags = new LatencyHistogram();
        var free = Channel.CreateUnbounded<Worker>();
        var failures = new ConcurrentQueue<Exception>();
        foreach (var worker in workers) free.Writer.TryWrite(worker);
        var due = arrivals.Next();
        for (; due < window.End && failures.IsEmpty; due = arrivals.Next())
        {
            var worker = await free.Reader.ReadAsync(cancel);
            await clock.WaitUntilAsync(due, cancel);
            var now = clock.Now;
            if (now >= window.End && now - due > WakeUpMax)
            {
                free.Writer.TryWrite(worker);
                break;
            }

            if (window.Contains(due)) lags.Record(now - due);
            Begin(worker, due, clock, free.Writer, failures, cancel);
        }

        var notStarted = CountUntil(window, due, arrivals);
        for (var i = 0; i < workers.Count; i++) await free.Reader.ReadAsync(cancel);
        if (!failures.IsEmpty) throw new AggregateException(failures);
        if (notStarted > 0) workers[0].Recorder.AddError(NotStarted, notStarted);
        return lags;
    }

    // On the pool, so that what a client does before it first waits, such as signing, does not hold up the operations that are due next.
    private static void Begin(
        Worker worker, long due, IBenchClock clock, ChannelWriter<Worker> free, ConcurrentQueue<Exception> failures, CancellationToken cancel)
    {
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await worker.RunAsync(clock, due, cancel);
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception); // Thrown by the load, which awaits all clients.
                }
                finally
                {
                    free.TryWrite(worker);
                }
            },
            CancellationToken.None);
    }

    private static long CountUntil(Window window, long due, Arrivals arrivals)
    {
        long count = 0;
        for (; due < window.End; due = arrivals.Next())
        {
            if (window.Contains(due)) count++;
        }

        return count;
    }
}
