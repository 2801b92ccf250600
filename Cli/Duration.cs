using System.Globalization;

namespace KvStore.Cli;

/// <summary>Times as they are typed: <c>500ms</c>, <c>30s</c>, <c>10m</c>, <c>2h</c>, <c>7d</c>, or a plain number of seconds.</summary>
internal static class Duration
{
    private static readonly (string Suffix, TimeSpan Unit)[] _units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
        ("", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads the time that an option has; null when it was not given.</summary>
    /// <exception cref="Failure">It is no time, or less than <paramref name="unit"/>, or not a multiple of it.</exception>
    public static TimeSpan? Read(string option, string? text, TimeSpan unit)
    {
        if (text is null) return null;
        var (suffix, scale) = _units.First(each => text.EndsWith(each.Suffix, StringComparison.Ordinal));
        var digits = text.AsSpan(0, text.Length - suffix.Length);
        if (uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            var time = scale * number;
            if (time.Ticks % unit.Ticks == 0) return time;
        }

        throw Failure.Usage($"{option} takes a time, and '{text}' is none that will do.", "Give one like 30s, 10m, 2h or 7d.");
    }
}
