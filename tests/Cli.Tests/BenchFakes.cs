using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Measuring;
using KvStore.Cli.Bench.Workloads;

namespace KvStore.Cli.Tests;

/// <summary>
/// A clock that runs only when somebody waits for it or a client takes its time. Good for loads with one client, whose steps follow each other.
/// It never runs backwards, as the real one; it is never late, which the real one is.
/// </summary>
internal sealed class FakeClock : IBenchClock
{
    private long _now;

    public long Now => Volatile.Read(ref _now);

    public ValueTask WaitUntilAsync(long moment, CancellationToken cancel)
    {
        if (moment > Now) Volatile.Write(ref _now, moment);
        return ValueTask.CompletedTask;
    }

    public void Pass(long nanoseconds) => Volatile.Write(ref _now, Now + nanoseconds);
}

/// <summary>A client whose operations take as long as they are told to, on the fake clock.</summary>
internal sealed class FakeClient(FakeClock clock, Func<int, (long Nanoseconds, string? Error)> behaviour) : IBenchClient
{
    /// <summary>How many operations it has carried out.</summary>
    public int Count { get; private set; }

    public ValueTask<OperationOutcome> RunNextAsync(CancellationToken cancel)
    {
        var (nanoseconds, error) = behaviour(Count++);
        clock.Pass(nanoseconds);
        return ValueTask.FromResult(new OperationOutcome(OperationKind.Put, error));
    }
}
