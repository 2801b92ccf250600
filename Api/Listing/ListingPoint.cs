using System.Collections.Immutable;
using System.Globalization;
using KvStore.StateMachine;

namespace KvStore.Api.Listing;

/// <summary>
/// The revisions from which the pages of one listing come, as the parameter <c>at</c> names them: <c>r42</c>, and <c>r12.7</c> where there are two
/// shards. For clients it has no meaning but to be sent back.
/// </summary>
internal readonly record struct ListingPoint
{
    private const char Separator = '.';

    private ListingPoint(string text) => Text = text;

    /// <summary>The value of <c>at</c>.</summary>
    public string Text { get; }

    /// <summary>Where these states are, one a shard.</summary>
    public static ListingPoint Of(ImmutableArray<ShardView> states) =>
        new("r" + string.Join(Separator, states.Select(state => state.Revision.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Reads the value of <c>at</c>; false when it is none for so many shards.</summary>
    public static bool TryParse(string text, int shards, out ListingPoint point)
    {
        point = new ListingPoint(text);
        if (!text.StartsWith('r')) return false;
        var revisions = text[1..].Split(Separator);
        return revisions.Length == shards && Array.TrueForAll(revisions, IsRevision);
    }

    private static bool IsRevision(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
