using System.Globalization;

namespace KvStore.Cli.Bench;

/// <summary>Times as they are typed: <c>10s</c>, <c>500ms</c>, <c>2m</c>, or a plain number of seconds.</summary>
internal static class Durations
{
    private static readonly (string Suffix, double Seconds)[] _units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)];

    /// <summary>Reads a time.</summary>
    /// <exception cref="Failure">It is none, or less than <paramref name="least"/>.</exception>
    public static TimeSpan Read(string option, string text, TimeSpan least)
    {
        var (suffix, seconds) = _units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        if (double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds is var length && length <= TimeSpan.FromDays(1).TotalSeconds && length >= least.TotalSeconds)
        {
            return TimeSpan.FromSeconds(length);
        }

        throw Failure.Usage($"{option} '{text}' is not a time that will do.", $"Give one like 500ms, 10s or 2m, from {least.TotalSeconds} s to a day.");
    }
}
