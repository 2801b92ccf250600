using KvStore.Protocol;

namespace KvStore.Client.Signing;

/// <summary>
/// Deals out the counters of one session so that no request under way can leave the session's window: protocol.md section 4 refuses a counter
/// that is 1,024 below the highest one executed, so what counts is the oldest request that has not ended, not how many there are. Thread-safe.
/// </summary>
public sealed class SessionCounters
{
    // Room below the window's full width, so that a mistake by one somewhere is not a refused request.
    private const int Width = StateLimits.SessionWindow - 24;

    private readonly Lock _lock = new();
    private readonly bool[] _ended = new bool[Width];
    private ulong _oldest;
    private ulong _next;

    /// <summary>Takes the next counter; false when the oldest one that is under way is too far behind.</summary>
    public bool TryTake(out ulong counter)
    {
        lock (_lock)
        {
            counter = _next;
            if (_next - _oldest >= Width) return false;
            _next++;
            return true;
        }
    }

    /// <summary>The request with this counter has ended, in whatever way. If it is ordered after all, later, it may be refused as stale.</summary>
    public void End(ulong counter)
    {
        lock (_lock)
        {
            Invariant.Holds(counter >= _oldest && counter < _next);
            _ended[counter % Width] = true;
            for (; _oldest < _next && _ended[_oldest % Width]; _oldest++) _ended[_oldest % Width] = false;
        }
    }
}
