using System.Globalization;

namespace KvStore.StateMachine;

/// <summary>Decimal numbers as headers have them: digits and nothing else.</summary>
internal static class Decimal
{
    /// <summary>Reads a number in its only form: no sign, no leading zero, not over 2^64 - 1.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        return (text.Length <= 1 || text[0] != '0') && TryParseLoose(text, out number);
    }

    /// <summary>The same, but leading zeros may stand, as RFC 9110 lets them in ranges.</summary>
    public static bool TryParseLoose(ReadOnlySpan<char> text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
