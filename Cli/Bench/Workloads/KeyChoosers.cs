using KvStore.Simulator;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>Chooses the key of an operation among those that there are.</summary>
internal interface IKeyChooser
{
    /// <summary>The number of the next key.</summary>
    long Next(DeterministicRandom random);
}

/// <summary>Every key as often as any other.</summary>
internal sealed class UniformKeys(KeySpace keys) : IKeyChooser
{
    /// <inheritdoc/>
    public long Next(DeterministicRandom random) => (long)Math.BigMul(random.Next(), (ulong)keys.Count, out _);
}

/// <summary>
/// Few keys often and many seldom, the favourites spread over the key space: YCSB's ScrambledZipfianGenerator, which draws from 10^10 items and hashes
/// the draw onto the keys. Only keys that the run begins with are drawn, or each insertion would move the favourites.
/// </summary>
internal sealed class ScrambledZipfianKeys(KeySpace keys) : IKeyChooser
{
    private const long Items = 10_000_000_000;
    private const double ZetaOfItems = 26.46902820178302; // As YCSB has it: summing ten thousand million terms would take a minute.

    private readonly Zipfian _zipfian = new(Items, ZetaOfItems);

    /// <inheritdoc/>
    public long Next(DeterministicRandom random) => (long)(Fnv64.Of((ulong)_zipfian.Next(random)) % (ulong)keys.Initial);
}

/// <summary>The newest key most often: YCSB's SkewedLatestGenerator.</summary>
internal sealed class LatestKeys(KeySpace keys) : IKeyChooser
{
    private readonly Zipfian _zipfian = new(keys.Count);

    /// <inheritdoc/>
    public long Next(DeterministicRandom random)
    {
        var count = keys.Count;
        _zipfian.GrowTo(count);
        return count - 1 - _zipfian.Next(random);
    }
}
