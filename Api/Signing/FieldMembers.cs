// RFC 8941 section 3.2 (dictionaries), as far as a signature's two fields need it.
namespace KvStore.Api.Signing;

/// <summary>
/// Goes through the members of a dictionary field, without looking into their values: a comma outside of a quoted string ends a member. What a value
/// means, and whether it is well formed, is for whoever takes it; members that nobody takes are not judged.
/// </summary>
internal ref struct FieldMembers(ReadOnlySpan<char> field)
{
    private ReadOnlySpan<char> _rest = field;

    /// <summary>The name of the member.</summary>
    public ReadOnlySpan<char> Key { get; private set; }

    /// <summary>Its value with its parameters, as it was sent; empty when it has none.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Goes to the next member; false when there is none.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        var end = EndOfMember(_rest);
        var member = Trim(_rest[..end]);
        _rest = end < _rest.Length ? _rest[(end + 1)..] : default;
        var equals = member.IndexOf('=');
        Key = equals < 0 ? member : member[..equals];
        Value = equals < 0 ? default : member[(equals + 1)..];
        return true;
    }

    private static int EndOfMember(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++; // RFC 8941 section 3.3.3: the character behind it is part of the string.
                    break;
                case ',' when !quoted:
                    return i;
            }
        }

        return text.Length;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(" \t");
}
