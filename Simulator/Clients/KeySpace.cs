namespace KvStore.Simulator;

/// <summary>What a key's first letter says of how clients use it.</summary>
internal static class KeySpace
{
    /// <summary>Only whole values are written, all of them different.</summary>
    public const char Register = 'r';

    /// <summary>Appended to, and cut.</summary>
    public const char Text = 't';

    /// <summary>Appended to, and nothing else.</summary>
    public const char AppendOnly = 'a';
}
