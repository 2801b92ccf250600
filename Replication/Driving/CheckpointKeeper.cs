// protocol.md section 11. The log goes on in a new segment at once, and the state is written beside the ordering. Until it is durable, a restart makes it
// from the older snapshot by the batches that the older segments hold (StateRecovery.cs), so both stay until then. A state that was fetched can't be made
// so. It is written beside the ordering as well, and what could go wrong meanwhile is in docs/divergence.md, "A fetched state is rested on before it is
// durable": the replica votes for no checkpoint, and one that starts again without that state knows all that it has said, and fetches it again.
using System.Runtime.ExceptionServices;
using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Driving;

/// <summary>Sees to it that a stable checkpoint becomes durable, and that what it makes needless is deleted no earlier.</summary>
internal sealed class CheckpointKeeper(DriverPorts ports)
{
    private const ulong RetryTicks = 100;

    // A replica that never votes writes down what it hears all the same, and the log holds in memory what was not flushed.
    private const int WrittenMax = 64;

    // The committed batches in the log, from the newest durable snapshot on, with the position at which the last segment begins that has them.
    private readonly Dictionary<SequenceNumber, SequenceNumber> _logged = [];
    private SequenceNumber _segment;
    private SequenceNumber _durable;
    private CheckpointSave? _underWay;
    private CheckpointSave? _next;

    // The position of a state that the log can't make, while it is not durable.
    private SequenceNumber? _fetched;
    private SequenceNumber? _droppable;
    private int _written;
    private ulong _retryAt;
    private ulong _ticks;

    /// <summary>Whether this disk has the means to make the replica's present state again, so that it may vote for it.</summary>
    public bool CanMakeStates => _fetched is null;

    /// <summary>
    /// The checkpoint whose state was restored (null when it has to be fetched), the position of the snapshot that it was made from, and the committed batches in the log.
    /// </summary>
    public void OnRestored(ShardState? state, QuorumCertificate<Checkpoint>? stable, SequenceNumber snapshot, IEnumerable<SequenceNumber> logged)
    {
        _durable = snapshot;
        _segment = stable?.Vote.Sequence ?? SequenceNumber.Genesis;
        foreach (var sequence in logged) Note(sequence);
        if (state is null) _fetched = _segment;
        if (stable is null) return;
        if (state is not null && snapshot < stable.Vote.Sequence) Begin(ports.Snapshots.Save(state, stable), stable.Vote.Sequence);
        _droppable ??= snapshot; // A run before this one may not have come to it.
    }

    /// <summary>Whether something waits that what leaves the replica would rest on.</summary>
    public bool MustFlush { get; private set; }

    /// <summary>Writes down what must be durable before anything else leaves the replica.</summary>
    public void Persist(LogRecord record)
    {
        Write(record);
        RequireFlush();
    }

    /// <summary>Nothing leaves any more before a flush.</summary>
    public void RequireFlush() => MustFlush = true;

    /// <summary>Writes down what is durable with the next record that must be.</summary>
    public void Write(LogRecord record)
    {
        ports.Log.Append(record);
        Note(record);
        MustFlush |= ++_written >= WrittenMax;
    }

    public void Stabilize(ShardState state, QuorumCertificate<Checkpoint> certificate, IReadOnlyList<LogRecord> live)
    {
        MustFlush = true;
        var isInLog = IsInLog(state.Sequence);
        ports.Log.BeginAt(state.Sequence, live);
        _segment = state.Sequence;
        foreach (var record in live) Note(record);
        var parts = ports.Snapshots.Save(state, certificate);
        if (parts is not null && !isInLog) BeginInPlace(parts, state.Sequence);
        else Begin(parts, state.Sequence);
    }

    /// <summary>Makes durable what the replica is about to rest on.</summary>
    /// <exception cref="DiskFullException">There is no room. Nothing is lost, and it may be tried again.</exception>
    public void Flush()
    {
        // First, because on a full disk the rest may need the room that this makes.
        Drop();
        if (!MustFlush) return;
        ports.Log.Flush();
        (MustFlush, _written) = (false, 0);
        Drop();
    }

    public void OnTick()
    {
        _ticks++;
        if (_underWay is null && _next is { } next && _ticks >= _retryAt) Start(next);
    }

    public void OnSaved(CheckpointSaved saved)
    {
        // A disk that failed has failed, also when the work was called off meanwhile.
        if (saved.Failure is { } failure and not DiskFullException) ExceptionDispatchInfo.Throw(failure);
        if (saved.Work != _underWay) return;
        _underWay = null;
        if (saved.Failure is null)
        {
            OnDurable(saved.Work.Position);
            if (_next is { } next) Start(next);
            return;
        }

        // The log keeps what the state can be made from, so this may take as long as it takes.
        _next ??= saved.Work;
        _retryAt = _ticks + RetryTicks;
    }

    private void Drop()
    {
        if (_droppable is not { } position || !ports.Log.TryDropBefore(position)) return;
        ports.Snapshots.DropBefore(position);
        _droppable = null;
    }

    private void Begin(IEnumerable<long>? parts, SequenceNumber position)
    {
        if (parts is null)
        {
            OnDurable(position);
            return;
        }

        var work = new CheckpointSave(position, parts, ports.Ledger);
        // One at a time, and then the newest that waits: what lies between was never needed.
        if (_underWay is null && _next is null) Start(work);
        else _next = work;
    }

    private void Start(CheckpointSave work)
    {
        _next = null;
        _underWay = work;
        ports.Saver.Save(work);
    }

    // What was being written is of no use any more: the log does not lead from there to here.
    private void BeginInPlace(IEnumerable<long> parts, SequenceNumber position)
    {
        _underWay?.Cancel();
        _fetched = position;
        Start(new CheckpointSave(position, parts, ports.Ledger));
    }

    private void OnDurable(SequenceNumber position)
    {
        _durable = position;
        _droppable = position;
        if (_fetched <= position) _fetched = null;
        // Segments that begin before it go.
        foreach (var gone in _logged.Where(each => each.Key <= position || each.Value < position).ToList()) _logged.Remove(gone.Key);
    }

    private void Note(LogRecord record)
    {
        if (record is CommittedRecord committed) Note(committed.Certificate.Vote.Sequence);
    }

    private void Note(SequenceNumber committed)
    {
        if (committed > _durable) _logged[committed] = _segment;
    }

    private bool IsInLog(SequenceNumber position)
    {
        for (var sequence = (_fetched ?? _durable).Next; sequence <= position; sequence = sequence.Next)
        {
            if (!_logged.ContainsKey(sequence)) return false;
        }

        return true;
    }
}
