using System.Globalization;

namespace KvStore.Simulator.Scenarios;

/// <summary>Reads one line of a scenario's file from left to right. What it cannot read it says with its place, and what was expected there.</summary>
internal sealed class LineCursor
{
    public const int TextMax = 4096;

    private const char Quote = '\'';

    private readonly string _file;
    private readonly int _line;
    private readonly string _text;

    /// <summary>At the beginning of a line.</summary>
    public LineCursor(string file, int line, string text)
    {
        (_file, _line) = (file, line);
        _text = WithoutComment(text);
        SkipSpace();
    }

    /// <summary>Where it is.</summary>
    public int Position { get; private set; }

    /// <summary>The line's number.</summary>
    public int Line => _line;

    public bool IsAtEnd => Position == _text.Length;

    /// <summary>What was read since some position.</summary>
    public string Since(int position) => _text[position..Position].Trim();

    /// <summary>All that is left.</summary>
    public string Rest()
    {
        var rest = _text[Position..].Trim();
        Position = _text.Length;
        return rest;
    }

    /// <summary>Whether a piece of punctuation is next.</summary>
    public bool TryPeek(string mark) => _text.AsSpan(Position).StartsWith(mark, StringComparison.Ordinal);

    /// <summary>Takes a piece of punctuation when it is there.</summary>
    public bool TryTake(string mark)
    {
        if (!TryPeek(mark)) return false;
        Position += mark.Length;
        SkipSpace();
        return true;
    }

    /// <summary>Takes a piece of punctuation that has to be there.</summary>
    public void Take(string mark)
    {
        if (!TryTake(mark)) throw Expected($"'{mark}'");
    }

    /// <summary>The line has to end here.</summary>
    public void TakeEnd()
    {
        if (!IsAtEnd) throw Expected("the end of the line");
    }

    /// <summary>Takes a name: letters, digits and underscores.</summary>
    public string TakeName(string what)
    {
        var end = Position;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_')) end++;
        if (end == Position) throw Expected(what);
        return TakeUpTo(end);
    }

    /// <summary>Takes a whole number.</summary>
    public int TakeNumber(string what, int least, int most)
    {
        var start = Position;
        var end = Position;
        if (end < _text.Length && _text[end] == '-') end++;
        while (end < _text.Length && char.IsAsciiDigit(_text[end])) end++;
        if (!int.TryParse(_text.AsSpan(start, end - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            throw Expected($"{what}, from {least} to {most}");
        TakeUpTo(end);
        return number;
    }

    /// <summary>Takes a number that may have a fraction.</summary>
    public decimal TakeDecimal(string what, decimal least, decimal most)
    {
        var end = Position;
        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] == '.')) end++;
        if (!decimal.TryParse(_text.AsSpan(Position, end - Position), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            throw Expected(string.Create(CultureInfo.InvariantCulture, $"{what}, from {least} to {most}"));
        TakeUpTo(end);
        return number;
    }

    /// <summary>Takes a text in single quotes: printable ASCII.</summary>
    public string TakeQuoted(string what)
    {
        if (IsAtEnd || _text[Position] != Quote) throw Expected($"{what} in single quotes");
        var end = _text.IndexOf(Quote, Position + 1);
        if (end < 0) throw Expected($"{what} whose quotes are closed");
        var text = _text[(Position + 1)..end];
        if (text.Length > TextMax || text.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw Expected($"{what} of at most {TextMax} printable ASCII characters");
        TakeUpTo(end + 1);
        return text;
    }

    /// <summary>A problem at the present place.</summary>
    public ScenarioSyntaxException Expected(string what) => Problem(Position, $"expected {what}{(IsAtEnd ? ", and the line ends" : "")}.");

    /// <summary>A problem at some place.</summary>
    public ScenarioSyntaxException Problem(int position, string text) => new(new ScenarioProblem(_file, _line, position + 1, text));

    private string TakeUpTo(int end)
    {
        var taken = _text[Position..end];
        Position = end;
        SkipSpace();
        return taken;
    }

    private void SkipSpace()
    {
        while (Position < _text.Length && _text[Position] is ' ' or '\t') Position++;
    }

    // A comment begins at a '#' that is not inside quotes.
    private static string WithoutComment(string text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Quote) isQuoted = !isQuoted;
            else if (text[i] == '#' && !isQuoted) return text[..i].TrimEnd();
        }

        return text.TrimEnd();
    }
}
