namespace KvStore.StateMachine;

/// <summary>Reads Range. RFC 9110 section 14.2.</summary>
internal static class RangeParser
{
    private const string Unit = "bytes=";

    /// <summary>Reads one range. Several well-formed ones give null, which stands for the whole value.</summary>
    public static bool TryParse(string text, out ByteRange? range)
    {
        range = null;
        if (!text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return false;
        var set = text.AsSpan(Unit.Length);
        var count = 0;
        foreach (var part in set.Split(','))
        {
            if (!TryOne(set[part].Trim(' '), out var one)) return false;
            range = count++ == 0 ? one : null;
        }

        return true;
    }

    private static bool TryOne(ReadOnlySpan<char> text, out ByteRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (dash < 0) return false;
        var before = text[..dash];
        var after = text[(dash + 1)..];
        if (before.IsEmpty)
        {
            if (!Decimal.TryParseLoose(after, out var count)) return false;
            range = new ByteRange(0, count, FromEnd: true);
            return true;
        }

        var last = ulong.MaxValue;
        if (!Decimal.TryParseLoose(before, out var first) || (!after.IsEmpty && !Decimal.TryParseLoose(after, out last)) || last < first) return false;
        range = new ByteRange(first, last, FromEnd: false);
        return true;
    }
}
