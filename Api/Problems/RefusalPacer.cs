// A leaky bucket as a meter: the virtual scheduling algorithm of ITU-T I.371, annex A, with a wait in place of a refusal.
using Microsoft.AspNetCore.Http;

namespace KvStore.Api.Problems;

/// <summary>
/// Lets those wait for their answer who are refused what no correct client asks for again and again, once they are many: whoever floods with such requests waits, and costs the others
/// little. Only refusals wait; a wait costs a timer.
/// </summary>
internal sealed class RefusalPacer(TimeProvider time)
{
    /// <summary>So many are answered at once after a pause.</summary>
    public const int Burst = 200;

    /// <summary>So many a second are answered when there is no pause.</summary>
    public const int PerSecond = 100;

    /// <summary>No answer waits longer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private static readonly long _interval = TimeSpan.TicksPerSecond / PerSecond;
    private long _next;

    /// <summary>Whether answers with this status are paced. What belongs to reading and comparing is not: a key that is not there, a condition that does not hold.</summary>
    public static bool Paces(int status) => status
        is StatusCodes.Status400BadRequest or StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status405MethodNotAllowed
        or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status429TooManyRequests;

    /// <summary>Waits until one more may be answered.</summary>
    public Task WaitAsync(CancellationToken cancel)
    {
        var wait = Take();
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancel) : Task.CompletedTask;
    }

    // The time at which one more is due if they come evenly; a burst runs ahead of it, and the longest wait bounds what is remembered.
    private TimeSpan Take()
    {
        var now = time.GetUtcNow().UtcTicks;
        long next, taken;
        do
        {
            next = Volatile.Read(ref _next);
            taken = Math.Clamp(next, now - (Burst * _interval), now + LongestWait.Ticks) + _interval;
        }
        while (Interlocked.CompareExchange(ref _next, taken, next) != next);

        return TimeSpan.FromTicks(Math.Min(taken - now, LongestWait.Ticks));
    }
}
