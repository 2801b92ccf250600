using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The body of a transaction or batch while it is read, and where in it the reader is: an error names the place, like <c>then[2].value</c>. What is no
/// JSON throws <see cref="JsonException"/>, because the reader beneath has no other way to say so; whatever else is wrong is an <see cref="Error"/>.
/// </summary>
internal ref struct StepJson(ReadOnlyMemory<byte> body, string code)
{
    private const int NameShownMax = 40;

    private readonly ReadOnlyMemory<byte> _body = body;
    private Utf8JsonReader _reader = new(body.Span);
    private string? _list;
    private string? _member;
    private int _index;

    /// <summary>The first thing that was wrong; null when nothing was.</summary>
    public ParseError? Error { get; private set; }

    private readonly string Place => (_list, _member) switch
    {
        (null, null) => "The body",
        (null, { } member) => member,
        ({ } list, null) => string.Create(CultureInfo.InvariantCulture, $"{list}[{_index}]"),
        ({ } list, { } member) => string.Create(CultureInfo.InvariantCulture, $"{list}[{_index}].{member}"),
    };

    /// <summary>Notes what is wrong here. Gives false, for the caller to return.</summary>
    public bool Refuse(string detail, string? otherCode = null)
    {
        Error ??= new ParseError(otherCode ?? code, $"{Place}: {detail}");
        return false;
    }

    /// <summary>The same, of a member that was read before.</summary>
    public bool RefuseMember(string member, string detail, string? otherCode = null)
    {
        _member = member;
        return Refuse(detail, otherCode);
    }

    public bool TryBeginObject() => (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject) || Refuse("must be a JSON object.");

    /// <summary>The next member of an object, whose value is to be read then; false at the object's end, and when something is wrong.</summary>
    /// <param name="known">The names that have a meaning.</param>
    /// <param name="seen">A bit for each that was there already.</param>
    /// <param name="member">Which of them it is.</param>
    public bool TryNextMember(string[] known, ref int seen, out int member)
    {
        _member = null;
        member = -1;
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        // Escapes are not needed in these names, and broken ones make the comparison throw.
        for (var i = 0; i < known.Length && !_reader.ValueIsEscaped && member < 0; i++)
        {
            if (_reader.ValueTextEquals(known[i])) member = i;
        }

        if (member < 0) return Refuse($"the member '{Shown(_reader.ValueSpan)}' is not known here.");
        _member = known[member];
        if ((seen & (1 << member)) != 0) return Refuse("is there twice.");
        seen |= 1 << member;
        return true;
    }

    /// <summary>Begins the list that is the value of the present member.</summary>
    public bool TryBeginList()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray) return Refuse("must be a list.");
        (_list, _member, _index) = (_member, null, -1);
        return true;
    }

    /// <summary>Begins the next object of a list; false at the list's end, and when something is wrong.</summary>
    public bool TryNextItem()
    {
        _reader.Read();
        _member = null;
        _index++;
        if (_reader.TokenType == JsonTokenType.StartObject) return true;
        if (_reader.TokenType != JsonTokenType.EndArray) return Refuse("must be a JSON object.");
        _list = null;
        return false;
    }

    /// <summary>Reads to the end of the body, where nothing else may stand.</summary>
    public bool TryEnd() => Error is null && !_reader.Read(); // What follows makes the reader throw.

    public bool TryNumber(out ulong number)
    {
        number = 0;
        _reader.Read();
        return (_reader.TokenType == JsonTokenType.Number && _reader.TryGetUInt64(out number)) || Refuse("must be a whole number from 0 to 18446744073709551615.");
    }

    public bool TryTruth(out bool truth)
    {
        _reader.Read();
        truth = _reader.TokenType == JsonTokenType.True;
        return truth || _reader.TokenType == JsonTokenType.False || Refuse("must be true or false.");
    }

    /// <summary>Reads a text as UTF-8: a slice of the body where nothing in it is escaped.</summary>
    public bool TryText(out ReadOnlyMemory<byte> text)
    {
        text = default;
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.String) return Refuse("must be a text.");
        if (!_reader.ValueIsEscaped)
        {
            text = _body.Slice((int)_reader.TokenStartIndex + 1, _reader.ValueSpan.Length);
            return true;
        }

        var bytes = new byte[_reader.ValueSpan.Length];
        try
        {
            text = bytes.AsMemory(0, _reader.CopyString(bytes));
            return true;
        }
        catch (InvalidOperationException)
        {
            return Refuse("has half of a surrogate pair, which is no character."); // The reader has no other way to say so.
        }
    }

    /// <summary>Reads text that is printable ASCII, as in headers.</summary>
    public bool TryAscii(out string text)
    {
        text = "";
        if (!TryText(out var bytes)) return false;
        if (bytes.Span.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return Refuse("must be printable ASCII.");
        text = Encoding.ASCII.GetString(bytes.Span);
        return text.AsSpan().Trim(' ').Length == text.Length || Refuse("must not begin or end with a space.");
    }

    /// <summary>Reads base64 in its only form: padded, without white space, the bits that pad being 0.</summary>
    public bool TryBase64(out ReadOnlyMemory<byte> bytes)
    {
        const string bad = "must be base64 with padding (RFC 4648 section 4).";
        const int group = 4;
        bytes = default;
        if (!TryText(out var text)) return false;
        if (text.Length % group != 0) return Refuse(bad);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text.Span, decoded, out _, out var written) != System.Buffers.OperationStatus.Done) return Refuse(bad);
        bytes = decoded.AsMemory(0, written);
        return IsCanonical(text.Span, bytes.Span) || Refuse(bad);
    }

    // The decoder lets white space and stray bits pass: white space shows in the length, and stray bits where the last group is encoded again.
    private static bool IsCanonical(ReadOnlySpan<byte> text, ReadOnlySpan<byte> bytes)
    {
        const int group = 4;
        const int bytesInGroup = 3;
        if (text.IsEmpty) return true;
        var padding = text[^1] != '=' ? 0 : text[^2] != '=' ? 1 : 2;
        if (bytes.Length != text.Length / group * bytesInGroup - padding) return false;
        Span<byte> last = stackalloc byte[group];
        Base64.EncodeToUtf8(bytes[^(bytesInGroup - padding)..], last, out _, out _);
        return text[^group..].SequenceEqual(last);
    }

    private static string Shown(ReadOnlySpan<byte> name) =>
        name.Length <= NameShownMax ? Encoding.UTF8.GetString(name) : Encoding.UTF8.GetString(name[..NameShownMax]) + "…";
}
