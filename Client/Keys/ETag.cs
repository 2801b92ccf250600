using System.Globalization;

namespace KvStore.Client;

/// <summary>A key's entity tag: the revision at which it last changed. Written <c>r42</c>, and over HTTP in quotes.</summary>
/// <param name="Revision">The revision.</param>
public readonly record struct ETag(ulong Revision)
{
    // No shard gets there: revisions count changes.
    private const ulong AnyRevision = ulong.MaxValue;

    /// <summary>As a condition: any revision, so the key must be there.</summary>
    public static ETag Any { get; } = new(AnyRevision);

    /// <summary>As it stands in a header: <c>"r42"</c>, or <c>*</c> for any.</summary>
    public string ToHeader() => Revision == AnyRevision ? "*" : string.Create(CultureInfo.InvariantCulture, $"\"r{Revision}\"");

    /// <inheritdoc/>
    public override string ToString() => Revision == AnyRevision ? "*" : string.Create(CultureInfo.InvariantCulture, $"r{Revision}");

    /// <summary>Reads <c>r42</c>, with or without quotes, or <c>*</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ETag tag)
    {
        tag = Any;
        if (text is "*") return true;
        if (text is ['"', .. var inner, '"']) text = inner;
        if (text is not ['r', .. var digits] || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return false;
        tag = new ETag(revision);
        return revision != AnyRevision;
    }
}
