using System.Globalization;

namespace KvStore.Storage;

/// <summary>
/// The log holds something that no crash explains: a record that is bad although it was durable, or a gap in the record numbers.
/// The replica may have promised something that it cannot remember any more, so it must not vote before it has caught up from its peers
/// (protocol.md section 10).
/// </summary>
public sealed class LogDamagedException : DiskDamagedException
{
    /// <summary>The log is damaged at this place.</summary>
    public LogDamagedException(string file, long offset, string what)
        : base(file, offset, what, string.Create(CultureInfo.InvariantCulture, $"""
            The write-ahead log is damaged: {file}, at byte {offset}: {what}
            Do not edit or shorten the file. Move this replica's data directory aside (keep it, the disk may be failing), and start the replica with an empty one: it fetches what it lacks from the others and votes for nothing before it has caught up. Never do so with more replicas at once than the group tolerates as faulty.
            """))
    {
    }
}

/// <summary>A snapshot holds something that was not written there. The state that it had can't be rebuilt here.</summary>
public sealed class SnapshotDamagedException : DiskDamagedException
{
    /// <summary>The snapshot is damaged at this place.</summary>
    public SnapshotDamagedException(string file, long offset, string what)
        : base(file, offset, what, string.Create(CultureInfo.InvariantCulture, $"""
            The snapshot is damaged: {file}, at byte {offset}: {what}
            Move this replica's data directory aside (keep it, the disk may be failing), and start the replica with an empty one: it fetches the state from the others and votes for nothing before it has caught up. Never do so with more replicas at once than the group tolerates as faulty.
            """))
    {
    }
}

/// <summary>The ledger holds something that was not written there. No vote rests on the ledger.</summary>
public sealed class LedgerDamagedException : DiskDamagedException
{
    /// <summary>The ledger is damaged at this place.</summary>
    public LedgerDamagedException(string file, long offset, string what)
        : base(file, offset, what, string.Create(CultureInfo.InvariantCulture, $"""
            The ledger is damaged: {file}, at byte {offset}: {what}
            No vote and no answer rests on it: move the files whose names begin with "ledger-" aside, and start the replica. Its ledger begins again where its state stands; the other replicas have what came before.
            """))
    {
    }
}
