namespace KvStore.StateMachine;

/// <summary>What happened to a key.</summary>
public enum KeyChangeKind
{
    /// <summary>The value was replaced, created, or made a slice of itself.</summary>
    Put = 1,

    /// <summary>Bytes were appended.</summary>
    Append = 2,

    /// <summary>The key was deleted.</summary>
    Delete = 3,

    /// <summary>The key's time to live has passed.</summary>
    Expire = 4,
}

/// <summary>One change of one key, in the order in which they were applied.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The key.</param>
/// <param name="Revision">The change's revision; the changes of one transaction share one.</param>
public readonly record struct KeyChange(KeyChangeKind Kind, Key Key, ulong Revision);
