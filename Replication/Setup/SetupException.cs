namespace KvStore.Replication.Setup;

/// <summary>Something that an operator made or gave can't be used: a key, a genesis, a node's directory or its configuration.</summary>
/// <param name="what">What is wrong, with its place.</param>
/// <param name="next">What to do about it.</param>
public sealed class SetupException(string what, string next) : Exception(what)
{
    /// <summary>What to do about it.</summary>
    public string Next { get; } = next;
}
