using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Storage;

namespace KvStore.Simulator;

/// <summary>How a process ends.</summary>
internal enum StopKind
{
    /// <summary>The process is killed; the machine keeps what was written, flushed or not.</summary>
    Kill,

    /// <summary>The machine loses power: what was not flushed is lost.</summary>
    PowerCut,

    /// <summary>The machine loses power, and of what was not flushed some sectors and names survive.</summary>
    TornTail,
}

/// <summary>One replica's machine: its disk and clock, which outlive the process that runs on it.</summary>
internal sealed class Machine
{
    private const long FullRetryMilliseconds = 500;

    private readonly World _world;
    private readonly Shard _shard;
    private readonly DeterministicRandom _random;
    private StartMode _nextStart = StartMode.Genesis;
    private bool _rejoining;
    private bool _hasDecayed;
    private bool _decaysUnnoticed;
    private IReadOnlyList<(string File, byte[] Bytes)>? _copy;

    // The last checkpoint that it has voted for with what was on this disk.
    private SequenceNumber _lastCheckpointVote;

    // What it had said when its disk was put back to a copy; until it is past that, it may have forgotten some of it.
    private (View View, SequenceNumber Sequence)? _saidBefore;

    public Machine(World world, Shard shard, ReplicaId id, DeterministicRandom random)
    {
        _world = world;
        _shard = shard;
        _random = random;
        Id = id;
        PowerCut = new PowerCutDisk(Disk);
        Signer = new KeyedHashSigner(id, shard.Members[id.Index]);
    }

    public ReplicaId Id { get; }

    public MemoryDisk Disk { get; } = new();

    public PowerCutDisk PowerCut { get; }

    public KeyedHashSigner Signer { get; }

    /// <summary>What its replica's messages pass through; null for a correct one.</summary>
    public IStatementTamper? Tamper
    {
        get;
        set
        {
            field = value;
            HasLied |= IsLiar;
        }
    }

    /// <summary>Whether a liar's gateway is a correct one all the same, and what it answers counts: its scenario lets only its replica fail.</summary>
    public bool HasHonestGateway { get; set; }

    /// <summary>Whether its tamper is no liar: it holds back, delays and repeats what its replica says and hears, and changes nothing.</summary>
    public bool OnlyOmits { get; set; }

    /// <summary>Whether what its replica says may be anything.</summary>
    public bool IsLiar => Tamper is not null && !OnlyOmits;

    /// <summary>Whether it ever was a liar's: there may be evidence against it, which is no mistake.</summary>
    public bool HasLied { get; private set; }

    /// <summary>The process that runs; null while the machine is down.</summary>
    public ReplicaProcess? Process { get; private set; }

    /// <summary>
    /// Whether the power fails right after the next round that writes: what was said in it has left, and whatever it rested on had better be durable.
    /// </summary>
    public bool FailsAfterWriting { get; set; }

    /// <summary>Whether the power fails when its gateway is about to answer a client the next time.</summary>
    public bool FailsAtAnswer { get; set; }

    /// <summary>How far its clock is off, in milliseconds.</summary>
    public long ClockOffset { get; set; }

    /// <summary>How long a flush of its disk takes at most, in milliseconds.</summary>
    public int FlushMax { get; set; }

    /// <summary>Whether there is a copy of its disk.</summary>
    public bool HasCopy => _copy is not null;

    /// <summary>How often its disk was put back to a copy.</summary>
    public int Restores { get; private set; }

    /// <summary>Whether its log may know less than it has said, and nobody has to wonder at it.</summary>
    public bool MayHaveForgotten => IsLiar || _saidBefore is not null;

    /// <summary>Whether its disk was ever lost.</summary>
    public bool WasWiped { get; private set; }

    /// <summary>A replica that failed for good, because it is Byzantine and stumbled over its own lies.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether it counts against f: Byzantine, or without its memory.</summary>
    public bool IsFaulty => Tamper is not null || _nextStart == StartMode.LostDisk || _rejoining || _decaysUnnoticed || _saidBefore is not null;

    private ulong Number => ((ulong)_shard.Index << 32) | Id.Index;

    public Timestamp Clock => new((ulong)(World.Epoch + _world.Queue.Now + ClockOffset));

    public void Start()
    {
        if (Process is not null || IsDead) return;
        var mode = _nextStart;
        _world.Trace.Note(1, Number);
        _world.Trace.Line(() => $"{this} starts ({mode})");
        Guard(() =>
        {
            var process = new ReplicaProcess(_world, _shard, this, mode, _random.Fork());
            Process = process;
            JudgeMissingState(process);
            process.Start();
            // Only once the first round is over has anything been said, and is anything on the disk.
            if (Process != process) return;
            _nextStart = StartMode.Restart;
            _decaysUnnoticed = false;
        });
        NoteRejoining();
    }

    public void Stop(StopKind kind)
    {
        if (Process is null) return;
        _world.Trace.Note(2, Number);
        _world.Trace.Line(() => $"{this} stops ({kind})");
        End(kind);
    }

    /// <summary>Takes away the disk of a machine that is down.</summary>
    public void Wipe()
    {
        Invariant.Holds(Process is null);
        _world.Trace.Line(() => $"{this} loses its disk");
        Disk.Wipe();
        WasWiped = true;
        _lastCheckpointVote = SequenceNumber.Genesis;
        _nextStart = _nextStart == StartMode.Genesis ? StartMode.Genesis : StartMode.LostDisk;
    }

    /// <summary>A liar is made a correct replica that lost its disk, once nothing depends on its lies any more.</summary>
    public void Reform()
    {
        _world.Trace.Line(() => $"{this} lies no more");
        Tamper = null;
        IsDead = false;
        Start();
    }

    /// <summary>The disk of a machine that is down decays. Whatever its replica knew is in doubt until it has started again.</summary>
    public void Decay(Action<MemoryDisk> decay)
    {
        Invariant.Holds(Process is null);
        decay(Disk);
        _hasDecayed = _decaysUnnoticed = true;
    }

    /// <summary>Copies the disk as it is now, while its replica runs or not.</summary>
    public void CopyDisk()
    {
        if (_nextStart == StartMode.Restart) _copy = [.. Disk.Files.Select(file => (file, Disk.ReadAll(file)))];
    }

    /// <summary>Puts the disk of a machine that is down back to its last copy. All that its replica has said since is in no log.</summary>
    public void RestoreDisk()
    {
        Invariant.Holds(Process is null && _copy is not null);
        _world.Trace.Line(() => $"{this} gets an old copy of its disk back");
        Disk.BytesMax = long.MaxValue;
        Disk.Wipe();
        foreach (var (file, bytes) in _copy!)
        {
            Disk.Write(file, 0, bytes);
            Disk.Flush(file);
        }

        Disk.FlushNames();
        _nextStart = StartMode.Restart;
        _saidBefore = _shard.Contradictions.HighestOf(Id);
        _lastCheckpointVote = SequenceNumber.Genesis;
        Restores++;
    }

    /// <summary>It says that it has a checkpoint's state, and that its disk has the means to make it again.</summary>
    public void NoteCheckpointVote(SequenceNumber sequence) => _lastCheckpointVote = SequenceNumber.Max(_lastCheckpointVote, sequence);

    /// <summary>Notes whether the replica has its memory back; while the machine is down, what it was last counts.</summary>
    public void NoteRejoining()
    {
        if (Process?.Driver.Replica is not { } replica) return;
        _rejoining = replica.IsRejoining;
        if (_saidBefore is not { } said || replica.IsListening || _rejoining) return;
        if (replica.View >= said.View && replica.StableCheckpoint?.Vote.Sequence >= said.Sequence) _saidBefore = null;
    }

    /// <summary>Runs a part of the process. A power cut ends it; any other exception is a violation, unless the replica is Byzantine.</summary>
    public void Guard(Action run)
    {
        PlantedBugs.ClockIs(Clock);
        try
        {
            run();
        }
        catch (PowerCutException)
        {
            _world.Trace.Line(() => $"{this} loses power in the middle of its work");
            End(_random.Chance(5000) ? StopKind.PowerCut : StopKind.TornTail);
        }
        catch (DiskDamagedException damage) when (_hasDecayed)
        {
            Process = null;
            _world.Trace.Line(() => $"{this} refuses its disk: {damage.File} at {damage.Offset}");
            Heed(damage);
        }
        catch (DiskFullException)
        {
            Process = null;
            _world.Trace.Line(() => $"{this} finds no room to start");
            _world.Queue.After(FullRetryMilliseconds, Start);
        }
        catch (Exception exception)
        {
            Process = null;
            IsDead = true;
            _world.Trace.Line(() => $"{this} fails: {exception.Message}");
            if (!IsLiar) _shard.Violations.Add("No exception leaves a driver", $"{this}: {exception}");
        }
    }

    public override string ToString() => _world.Shards.Length == 1 ? Id.ToString() : $"{_shard.Index}.{Id}";

    /// <summary>A failure that was to come does not come any more.</summary>
    public void CancelFailures()
    {
        PowerCut.Reset();
        FailsAfterWriting = false;
        FailsAtAnswer = false;
    }

    /// <summary>The end of all faults of the disk.</summary>
    public void HealDisk()
    {
        Disk.BytesMax = long.MaxValue;
        FlushMax = 0;
    }

    // protocol.md section 11: before a vote for a checkpoint its snapshot is durable, or the means to make it again.
    private void JudgeMissingState(ReplicaProcess process)
    {
        if (!process.Driver.IsStateMissing) return;
        _world.Trace.Line(() => $"{this} lacks the state of its stable checkpoint");
        var stable = process.Driver.Replica.StableCheckpoint?.Vote.Sequence ?? SequenceNumber.Genesis;
        if (IsLiar || _lastCheckpointVote < stable) return;
        _shard.Violations.Add("Who votes for a checkpoint can make its state again", $"{this} voted for that of {_lastCheckpointVote}, and starts without the one of {stable}");
    }

    // What the message says is to be done.
    private void Heed(DiskDamagedException damage)
    {
        if (damage is not LedgerDamagedException) Wipe();
        foreach (var file in Disk.Files.Where(file => file.StartsWith("ledger-", StringComparison.Ordinal)).ToList()) Disk.Delete(file);
        Start();
    }

    private void End(StopKind kind)
    {
        Process = null;
        CancelFailures();
        if (kind == StopKind.PowerCut) Disk.Crash();
        else if (kind == StopKind.TornTail) Disk.Crash(() => _random.Chance(5000), changes => _random.Between(0, changes));
    }
}
