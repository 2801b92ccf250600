using KvStore.Storage;

namespace KvStore.Replication.Setup;

/// <summary>Something that an operator made or gave can't be used: a key, a genesis, a node's directory or its configuration.</summary>
/// <param name="what">What is wrong, with its place.</param>
/// <param name="next">What to do about it.</param>
public sealed class SetupException(string what, string next) : Exception(what)
{
    /// <summary>A disk can't be used. What is thrown there says in its first line what is wrong, and may say in others what to do.</summary>
    public static SetupException OfDisk(Exception exception)
    {
        if (exception is DiskFullException) return new SetupException(exception.Message, "Make room on the disk, and start the node again.");
        var lines = exception.Message.Split('\n', 2);
        return new SetupException(lines[0], lines.Length > 1 ? lines[1] : "docs/operations.md says what to do about a disk that can't be used.");
    }

    /// <summary>What to do about it.</summary>
    public string Next { get; } = next;
}
