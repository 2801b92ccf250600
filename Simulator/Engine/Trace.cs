using System.Numerics;

namespace KvStore.Simulator;

/// <summary>What happened, as a hash that is always kept and as lines when someone reads them.</summary>
internal sealed class Trace(EventQueue queue, Action<string>? sink)
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>A hash over everything noted so far: equal for equal runs.</summary>
    public ulong Hash { get; private set; } = Multiplier;

    public void Note(ulong what, ulong about)
    {
        unchecked
        {
            Hash = BitOperations.RotateLeft(Hash ^ (what * Multiplier) ^ about, 29) * Multiplier + (ulong)queue.Now;
        }
    }

    /// <summary>Writes a line; the text is made only when someone reads it.</summary>
    public void Line(Func<string> text) => sink?.Invoke($"{queue.Now,8} #{queue.Steps,-7} {text()}");

    public bool IsOn => sink is not null;
}
