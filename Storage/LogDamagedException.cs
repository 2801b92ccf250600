using System.Globalization;

namespace KvStore.Storage;

/// <summary>
/// The log holds something that no crash explains: a record that is bad although later ones are there, or a gap in the record numbers.
/// Nothing was changed on the disk. The replica may have promised something that it cannot remember any more, so it must not vote before
/// it has caught up from its peers (protocol.md section 10).
/// </summary>
public sealed class LogDamagedException : Exception
{
    /// <summary>The log is damaged at this place.</summary>
    public LogDamagedException(string file, long offset, string what)
        : base(string.Create(CultureInfo.InvariantCulture, $"""
            The write-ahead log is damaged: {file}, at byte {offset}: {what}
            Do not edit or shorten the file. Move this replica's data directory aside (keep it, the disk may be failing), and start the replica with an empty one: it fetches what it lacks from the others and votes for nothing before it has caught up. Never do so with more replicas at once than the group tolerates as faulty.
            """))
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The damaged file's name.</summary>
    public string File { get; }

    /// <summary>Where in the file the first bad byte range begins.</summary>
    public long Offset { get; }
}
