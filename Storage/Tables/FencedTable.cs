// Fencing as in Burrows, "The Chubby lock service" (OSDI '06), section 2.4, with the check where it can't be late: every transaction replaces the lease row
// under the condition that it is the version that this holder wrote last. Who takes the lease replaces that row too, so that of all that a former holder still
// sends, or that is still on its way, nothing is done from then on; and what the taker reads afterwards stays as it is.
using System.Security.Cryptography;

namespace KvStore.Storage.Tables;

/// <summary>A partition that is changed only while its lease is held. One thread at a time uses it.</summary>
internal sealed class FencedTable
{
    private readonly ITableStore _table;
    private readonly StoreRetries _retries;
    private readonly TableDiskOptions _options;
    private LeaseState _state;
    private string _etag;
    private long _shownAt;
    private volatile Exception? _failure;

    private FencedTable(ITableStore table, StoreRetries retries, TableDiskOptions options, LeaseState state, string etag, long shownAt)
    {
        (_table, _retries, _options, _state, _etag, _shownAt) = (table, retries, options, state, etag, shownAt);
    }

    public ulong Epoch => _state.Epoch;

    /// <summary>How many data rows there are.</summary>
    public ulong Rows => _state.Rows;

    /// <summary>The sequence of the next data row.</summary>
    public ulong Next => _state.Next;

    /// <summary>
    /// Whether nobody can have taken the lease by now, as far as clocks go: a claimant that sees the row unchanged waits longer than this holder takes its own word
    /// for it, counted from before its last change was sent for the first time. Any thread may ask.
    /// </summary>
    public bool IsHeld => _failure is null && _options.Clock.GetElapsedTime(Volatile.Read(ref _shownAt)) < _options.HeldFor;

    /// <summary>Takes the lease.</summary>
    /// <exception cref="DiskInUseException">Somebody uses it.</exception>
    public static FencedTable Claim(ITableStore table, StoreRetries retries, TableDiskOptions options)
    {
        var found = Find(table, retries);
        var last = found is null
            ? new LeaseState(0, "", "", 0, 0, 1)
            : LeaseState.TryRead(found) ?? throw new TableDamagedException($"{table.Name}/{found.Key}", 0, "the lease is none that a replica wrote.");
        if (found is not null && last.Holder.Length > 0 && options.ObserveFor > TimeSpan.Zero)
        {
            options.Wait(options.ObserveFor);
            if (Find(table, retries)?.ETag != found.ETag) throw InUse(table, last, "and works");
        }

        var own = last with { Epoch = last.Epoch + 1, Holder = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), HolderName = options.Holder, Commits = last.Commits + 1 };
        var claim = found is null ? new RowChange(RowChangeKind.Insert, own.ToRow()) : new RowChange(RowChangeKind.Replace, own.ToRow(), found.ETag);
        var began = options.Clock.GetTimestamp();
        var etag = retries.Do($"take the lease of {table.Name}", _ => Send(table, retries, [claim], own, out var other) ?? throw InUse(table, other ?? last, "and was faster"));
        return new FencedTable(table, retries, options, own, etag, began);
    }

    /// <summary>Throws when an earlier operation failed: nothing of what it may have left is to be built on. Any thread may call it.</summary>
    public void RequireSound()
    {
        if (_failure is { } failure) throw new DiskFailedException(failure.Message, failure);
    }

    /// <summary>Something failed elsewhere: nothing is committed from now on.</summary>
    public void Fail(Exception failure) => _failure ??= failure;

    public CommitBatch NewBatch() => new(_state.Next);

    /// <summary>Makes the changes durable, all together.</summary>
    /// <exception cref="DiskFailedException">Somebody else holds the lease, or it is not known what became of them. So it is with every later call.</exception>
    public void Commit(CommitBatch batch) =>
        Commit(batch.Changes, _state with { Commits = _state.Commits + 1, Rows = (ulong)((long)_state.Rows + batch.RowsAdded), Next = batch.Next });

    /// <summary>Shows that the holder is alive.</summary>
    public void Renew() => Commit([], _state with { Commits = _state.Commits + 1 });

    /// <summary>Gives the lease up, so that the next claimant need not wait; does nothing when it is lost, or when the service does not answer at once.</summary>
    public void Release()
    {
        if (_failure is not null) return;
        var freed = _state with { Commits = _state.Commits + 1, Holder = "" };
        _failure = new DiskFailedException($"The lease of {_table.Name} was given up.");
        try
        {
            _table.Commit([new RowChange(RowChangeKind.Replace, freed.ToRow(), _etag)]);
        }
        catch (Exception failure) when (failure is StoreRefusedException or StoreUnavailableException)
        {
            // Then the next claimant waits, as after a crash.
        }
    }

    private void Commit(IReadOnlyList<RowChange> changes, LeaseState next)
    {
        RequireSound();
        var isSettled = false;
        var began = _options.Clock.GetTimestamp();
        try
        {
            RowChange[] all = [new RowChange(RowChangeKind.Replace, next.ToRow(), _etag), .. changes];
            LeaseState? other = null;
            _etag = _retries.Do($"write to {_table.Name}", _ => Send(_table, _retries, all, next, out other) ?? throw Lost(other));
            _state = next;
            Volatile.Write(ref _shownAt, began);
            isSettled = true;
        }
        catch (DiskFailedException failure)
        {
            Fail(failure);
            throw;
        }
        finally
        {
            if (!isSettled) Fail(new DiskFailedException($"What became of the last write to {_table.Name} is not known."));
        }
    }

    // Sent again after a failure it is either refused, because it was done and the lease row is another version since, or done now. So it is never done twice, and
    // who reads the lease row after a refusal knows which of the two it is. Gives the lease row's version; null when somebody else wrote it.
    private static string? Send(ITableStore table, StoreRetries retries, IReadOnlyList<RowChange> changes, LeaseState next, out LeaseState? other)
    {
        other = null;
        try
        {
            return table.Commit(changes)[0] ?? "";
        }
        catch (StoreRefusedException refused) when (refused.IsConflict)
        {
            var row = Find(table, retries);
            other = row is null ? null : LeaseState.TryRead(row);
            if (other == next) return row!.ETag;
            // Nobody has written the lease row: the conflict is about another row, and no attempt of ours is in its way.
            if (other is not null && other.Holder == next.Holder && other.Commits < next.Commits) throw;
            return null;
        }
    }

    private static TableRow? Find(ITableStore table, StoreRetries retries) => retries.Do($"read the lease of {table.Name}", _ => table.Find(TableKeys.Lease));

    private static DiskInUseException InUse(ITableStore table, LeaseState by, string how) => new(
        $"{table.Name} is in use: {by.HolderName} holds it {how} (lease {by.Epoch}). One process at a time may use a replica's partition: stop that one, or give this one a partition and a key of its own.");

    private DiskFailedException Lost(LeaseState? other) => new(other is null
        ? $"The lease of {_table.Name} is gone: something other than a replica works in the table. The replica stops; see to it that nothing else touches the partition."
        : $"{_table.Name} was taken by {other.HolderName} (lease {other.Epoch}, this is {_state.Epoch}). Two processes with one replica's key contradict each other, so this one stops. Run one process per replica.");
}
