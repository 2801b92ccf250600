using System.Collections.Immutable;

namespace KvStore.Simulator;

/// <summary>
/// The keys that clients use: a few only, so that clients meet. The first letter says what for. Most belong to a family, whose members share a tag and
/// so a shard, and may share a transaction; there is one family for each shard.
/// </summary>
internal sealed class KeySpace(int shards)
{
    /// <summary>Only whole values are written, all of them different.</summary>
    public const char Register = 'r';

    /// <summary>The same, for a time only.</summary>
    public const char Expiring = 'e';

    /// <summary>Appended to, and cut.</summary>
    public const char Text = 't';

    /// <summary>Appended to, and nothing else.</summary>
    public const char AppendOnly = 'a';

    /// <summary>Twins are written by transactions that give both the same value, so nobody may ever see them differ.</summary>
    public const char Twin = 'w';

    /// <summary>Keys of one letter in a family.</summary>
    public int Members { get; } = shards == 1 ? 3 : 2;

    /// <summary>A tag for each shard.</summary>
    public ImmutableArray<string> Tags { get; } = [.. Enumerable.Range(0, shards).Select(shard => TagOf(shard, shards))];

    /// <summary>A key of a family.</summary>
    public static string Key(char letter, int member, string tag) => $"{letter}{member}{{{tag}}}";

    /// <summary>A key that has its shard by itself.</summary>
    public static string Lonely(char letter, int member) => $"{letter}{member}";

    private static string TagOf(int shard, int shards)
    {
        var number = 0;
        while (ShardRule.Of($"{number}", shards) != shard) number++;
        return $"{number}";
    }
}
