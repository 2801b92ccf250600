using System.Globalization;

namespace KvStore.Storage;

/// <summary>Names of files that belong to a number: a prefix, and the number with leading zeros, so that names and numbers have one order.</summary>
internal readonly record struct NumberedName(string Prefix, int Digits)
{
    /// <summary>The name of a number's file.</summary>
    public string Of(ulong number) => Prefix + number.ToString($"D{Digits}", CultureInfo.InvariantCulture);

    /// <summary>The number in a name; false for a file of another kind.</summary>
    public bool TryParse(string file, out ulong number)
    {
        number = 0;
        return file.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(file.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && Of(number) == file;
    }
}
