// The sliding window of RFC 4303 section 3.4.3, wide enough for what a cluster of silos reorders.
namespace KvStore.Replication.Pool.Envelopes;

/// <summary>Tells numbers that were seen from new ones. What is older than the window counts as seen. Not thread-safe.</summary>
internal sealed class RepeatFilter
{
    /// <summary>How far behind the highest number one may come.</summary>
    public const int Width = 4096;

    private readonly ulong[] _seen = new ulong[Width / 64];

    /// <summary>The highest number so far.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Whether a number, from 1 on, is new; from now on it is not.</summary>
    public bool Add(ulong number)
    {
        if (number == 0 || number + Width <= Highest) return false;
        if (number > Highest)
        {
            if (number - Highest >= Width) Array.Clear(_seen);
            else for (var passed = Highest + 1; passed < number; passed++) _seen[Word(passed)] &= ~Bit(passed);
            Highest = number;
            _seen[Word(number)] |= Bit(number);
            return true;
        }

        if ((_seen[Word(number)] & Bit(number)) != 0) return false;
        _seen[Word(number)] |= Bit(number);
        return true;
    }

    private static int Word(ulong number) => (int)(number % Width / 64);

    private static ulong Bit(ulong number) => 1UL << (int)(number % 64);
}
