// RFC 9421 sections 4.1 and 4.2 (Signature-Input and Signature).
using System.Buffers;
using KvStore.Protocol;

namespace KvStore.Api.Signing;

/// <summary>Finds the one signature that counts. Others may stand beside it: a proxy may sign, too.</summary>
internal static class SignatureFields
{
    // A quote inside of a quoted string is escaped, so this can't be a part of one.
    private const string Tag = ";tag=\"" + SignatureBase.Tag + "\"";
    private const int SignatureTextLength = 88; // 64 bytes as base64.

    private static readonly SearchValues<char> _keyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    /// <summary>Finds the signature with our tag.</summary>
    /// <param name="inputs">The field <c>Signature-Input</c>.</param>
    /// <param name="signatures">The field <c>Signature</c>.</param>
    /// <param name="input">What the signature covers, and its parameters.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Find(ReadOnlySpan<char> inputs, ReadOnlySpan<char> signatures, out ReadOnlySpan<char> input, out Signature signature)
    {
        input = default;
        signature = default;
        ReadOnlySpan<char> label = default;
        for (var members = new FieldMembers(inputs); members.MoveNext();)
        {
            if (!members.Value.Contains(Tag, StringComparison.Ordinal)) continue;
            if (!label.IsEmpty) return $"More than one member of Signature-Input has the parameter tag=\"{SignatureBase.Tag}\".";
            label = members.Key;
            input = members.Value;
            if (label.IsEmpty || label.ContainsAnyExcept(_keyCharacters)) return "The label of a signature has lower-case letters, digits, '_', '-', '.' and '*'.";
        }

        if (label.IsEmpty) return $"No member of Signature-Input has the parameter tag=\"{SignatureBase.Tag}\", without a space before it.";
        if (Count(inputs, label, out _) != 1) return $"Signature-Input has more than one member '{label}'.";
        var count = Count(signatures, label, out var value);
        if (count != 1) return $"The header 'signature' has {(count == 0 ? "no" : "more than one")} member '{label}'.";
        return TryDecode(value, out signature) ? null : $"The member '{label}' of the header 'signature' is not the base64 of 64 bytes between colons.";
    }

    private static int Count(ReadOnlySpan<char> field, ReadOnlySpan<char> label, out ReadOnlySpan<char> value)
    {
        value = default;
        var count = 0;
        for (var members = new FieldMembers(field); members.MoveNext();)
        {
            if (!members.Key.SequenceEqual(label)) continue;
            value = members.Value;
            count++;
        }

        return count;
    }

    private static bool TryDecode(ReadOnlySpan<char> value, out Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        Span<char> again = stackalloc char[SignatureTextLength];
        signature = default;
        if (value.Length != SignatureTextLength + 2 || value[0] != ':' || value[^1] != ':') return false;
        var text = value[1..^1];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written) || written != Signature.Length) return false;
        signature = Signature.Read(bytes);

        // One signature has one text, so that no bit of what was sent can change unnoticed.
        return Convert.TryToBase64Chars(bytes, again, out _) && text.SequenceEqual(again);
    }
}
