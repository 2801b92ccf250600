namespace KvStore.Replication.Pool.Network;

/// <summary>How long to wait before dialling again: twice as long each time up to a bound, and a random part less, so that nodes do not dial in step.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest)
{
    private int _doublings;

    /// <summary>A connection lasted.</summary>
    public void Reset() => _doublings = 0;

    /// <summary>How long to wait this time: between half of the whole wait and all of it.</summary>
    /// <param name="random">From 0 up to 1.</param>
    public TimeSpan Next(double random)
    {
        var whole = first * Math.Pow(2, _doublings);
        if (whole < longest) _doublings++;
        else whole = longest;
        return whole * (0.5 + random / 2);
    }
}
