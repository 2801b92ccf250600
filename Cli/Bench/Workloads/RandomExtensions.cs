using KvStore.Simulator;

namespace KvStore.Cli.Bench.Workloads;

/// <summary>What workloads draw besides whole numbers.</summary>
internal static class RandomExtensions
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);

    /// <summary>A number from 0 up to and without 1.</summary>
    public static double Fraction(this DeterministicRandom random) => (random.Next() >> 11) * TwoToMinus53;

    /// <summary>Fills bytes.</summary>
    public static void Fill(this DeterministicRandom random, Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(random.Next() >> 56);
    }
}
