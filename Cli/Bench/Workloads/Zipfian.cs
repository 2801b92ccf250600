// Gray, Sundaresan, Englert, Baclawski and Weinberger, "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, as YCSB's
// ZipfianGenerator has it (Cooper et al., "Benchmarking Cloud Serving Systems with YCSB", SoCC 2010). Parameter: theta = 0.99.
using KvStore.Simulator;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>Numbers from 0 on whose frequency falls with the number: the i-th has 1 / (i + 1)^theta of that of the first.</summary>
internal sealed class Zipfian
{
    private const double Theta = 0.99;
    private const double Alpha = 1 / (1 - Theta);

    private static readonly double _zetaOfTwo = Zeta(0, 2, 0);

    private long _items;
    private double _zeta;
    private double _eta;

    /// <summary>Numbers below <paramref name="items"/>.</summary>
    public Zipfian(long items)
        : this(items, Zeta(0, items, 0))
    {
    }

    /// <summary>The same, where the sum of 1 / i^theta over all items is known.</summary>
    public Zipfian(long items, double zeta) => Set(items, zeta);

    /// <summary>Has more numbers from now on; the sum grows by the new terms only.</summary>
    public void GrowTo(long items)
    {
        if (items > _items) Set(items, Zeta(_items, items, _zeta));
    }

    /// <summary>The next number.</summary>
    public long Next(DeterministicRandom random)
    {
        var u = random.Fraction();
        var uz = u * _zeta;
        if (uz < 1) return 0;
        if (uz < 1 + Math.Pow(0.5, Theta)) return Math.Min(1, _items - 1);
        return Math.Min(_items - 1, (long)(_items * Math.Pow((_eta * u) - _eta + 1, Alpha)));
    }

    private static double Zeta(long from, long items, double sum)
    {
        for (var i = from + 1; i <= items; i++) sum += 1 / Math.Pow(i, Theta);
        return sum;
    }

    private void Set(long items, double zeta)
    {
        _items = items;
        _zeta = zeta;
        _eta = (1 - Math.Pow(2.0 / items, 1 - Theta)) / (1 - (_zetaOfTwo / zeta));
    }
}

/// <summary>FNV-1a of a number's eight bytes, with which YCSB scatters what it draws.</summary>
internal static class Fnv64
{
    private const ulong OffsetBasis = 0xCBF29CE484222325;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>The hash, as YCSB has it: the absolute value of a signed number.</summary>
    public static ulong Of(ulong value)
    {
        unchecked
        {
            var hash = OffsetBasis;
            for (var i = 0; i < sizeof(ulong); i++)
            {
                hash ^= (value >> (8 * i)) & 0xFF;
                hash *= Prime;
            }

            return (long)hash < 0 ? (ulong)-(long)hash : hash;
        }
    }
}
