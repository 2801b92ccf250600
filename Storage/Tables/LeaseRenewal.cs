namespace KvStore.Storage.Tables;

/// <summary>Shows again and again, on a thread of the pool, that the holder of a disk is alive, and says so when it is not the holder any more.</summary>
public sealed class LeaseRenewal : IDisposable
{
    private readonly TableDisk _disk;
    private readonly Action<DiskFailedException> _lost;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private bool _isOver;

    /// <summary>Begins.</summary>
    /// <param name="disk">The disk, which is disposed of after this.</param>
    /// <param name="every">How often: a third of <see cref="TableDiskOptions.ObserveFor"/>, or oftener.</param>
    /// <param name="lost">Told once when the lease is lost or the disk failed; it ends the process, so that an idle replica does not go on as somebody else's twin.</param>
    public LeaseRenewal(TableDisk disk, TimeSpan every, Action<DiskFailedException> lost)
    {
        (_disk, _lost) = (disk, lost);
        _timer = new Timer(_ => Renew(), null, every, every);
    }

    /// <summary>Ends it; waits for a renewal that is under way.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate) _isOver = true;
    }

    private void Renew()
    {
        // A renewal that takes longer than the time between two is not joined by another.
        if (!_gate.TryEnter()) return;
        try
        {
            if (!_isOver) _disk.Renew();
        }
        catch (DiskFailedException failure)
        {
            _isOver = true;
            _lost(failure);
        }
        finally
        {
            _gate.Exit();
        }
    }
}
