using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>
/// The work of making a stable checkpoint durable: first the ledger up to it, then its state, part by part. One thread at a time does it; any may
/// call it off.
/// </summary>
public sealed class CheckpointSave
{
    private readonly Lock _gate = new();
    private readonly IEnumerable<long> _parts;
    private readonly DiskLedger? _ledger;
    private IEnumerator<long>? _progress;
    private bool _isCancelled;

    internal CheckpointSave(SequenceNumber position, IEnumerable<long> parts, DiskLedger? ledger)
    {
        Position = position;
        _parts = parts;
        _ledger = ledger;
    }

    /// <summary>The checkpoint's position.</summary>
    public SequenceNumber Position { get; }

    /// <summary>Whether somebody called it off, so that nothing more is written.</summary>
    public bool IsCancelled
    {
        get
        {
            lock (_gate) return _isCancelled;
        }
    }

    /// <summary>Does the next part; false when all is durable, or was called off.</summary>
    /// <exception cref="DiskFullException">There is no room. The next call begins anew.</exception>
    public bool Step()
    {
        lock (_gate)
        {
            if (_isCancelled) return false;
            try
            {
                if (_progress is not null) return _progress.MoveNext();
                _ledger?.Flush();
                _progress = _parts.GetEnumerator();
                return true;
            }
            catch (DiskFullException)
            {
                _progress = null;
                throw;
            }
        }
    }

    /// <summary>Calls it off; when this returns nothing more is written.</summary>
    public void Cancel()
    {
        lock (_gate) _isCancelled = true;
    }
}

/// <summary>How it ended.</summary>
/// <param name="Work">The work.</param>
/// <param name="Failure">Why it failed; null when the checkpoint is durable.</param>
public sealed record CheckpointSaved(CheckpointSave Work, Exception? Failure);
