using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Replication.Storing;

/// <summary>
/// All executed batches since the genesis, or since the state that was last fetched. No vote rests on it: it is written behind the execution, is durable
/// before the log lets go of the same batches, and its end comes again from the log.
/// </summary>
public sealed class DiskLedger(IDisk disk)
{
    private LedgerFiles? _files;

    /// <summary>Opens the ledger for a state that later batches are executed on.</summary>
    /// <param name="executed">The state's position: up to it everything must be there, unless nothing is.</param>
    /// <exception cref="LedgerDamagedException">An entry that must be there is bad or missing.</exception>
    public void Open(SequenceNumber executed) => _files = LedgerFiles.Open(disk, executed.Number);

    /// <summary>Adds an executed batch, unless it is there.</summary>
    public void Add(LedgerEntry entry)
    {
        if (entry.Sequence.Number >= Files.Next) Files.Add(entry.Sequence.Number, entry.Encode());
    }

    /// <summary>
    /// The state was replaced by one at this position. What lies between is not known here; what was executed behind it was executed on a state that was
    /// not the group's, and is executed again.
    /// </summary>
    public void BeginAfter(SequenceNumber installed) => Files.BeginAt(installed.Next.Number);

    /// <summary>Makes durable what was added. Any thread may call it.</summary>
    /// <exception cref="DiskFullException">There is no room; it may be tried again.</exception>
    public void Flush() => Files.Flush();

    /// <summary>The batch that was executed at a position; null when the ledger does not have it. Any thread may call it.</summary>
    /// <exception cref="LedgerDamagedException">Its entry is damaged.</exception>
    public LedgerEntry? Find(SequenceNumber sequence) =>
        Files.Read(sequence.Number) is not { } bytes
            ? null
            : LedgerEntry.Decode(bytes) ?? throw new InvalidDataException($"The ledger's entry {sequence} is not one, although its checksum is good: another version of this program wrote it.");

    /// <summary>The last position that it has, durable or not; 0 when it has none. Any thread may ask.</summary>
    public ulong Last => _files is { IsEmpty: false } files ? files.Next - 1 : 0;

    private LedgerFiles Files => _files ?? throw new InvalidOperationException("The ledger is opened when the state is known that it goes on from.");
}
