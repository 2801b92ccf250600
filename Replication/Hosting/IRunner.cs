using System.Diagnostics;

namespace KvStore.Replication.Hosting;

/// <summary>Decides on which thread a replica's rounds run, one after the other. Once it is disposed no round runs, nor will.</summary>
internal interface IRunner : IDisposable
{
    /// <summary>Begins: the first round is due at once, and one with every tick.</summary>
    void Start();

    /// <summary>There is cause for a round. Any thread may say so, also in the middle of a round.</summary>
    void Wake();
}

/// <summary>What a runner runs.</summary>
internal interface IRounds
{
    /// <summary>One round.</summary>
    /// <param name="tick">Whether a tick has passed since the last round that got one.</param>
    /// <returns>Whether there is cause for another one already.</returns>
    bool RunRound(bool tick);
}

/// <summary>
/// A thread for one replica: it may wait for a disk, and others go on. Ticks come when they are due and no earlier; one however late it is, because
/// a machine that stalls must not make requests look late.
/// </summary>
internal sealed class ThreadRunner : IRunner
{
    private readonly IRounds _rounds;
    private readonly long _tickInterval;
    private readonly object _gate = new();
    private readonly Thread _thread;
    private bool _awake = true;
    private bool _stopped;

    public ThreadRunner(IRounds rounds, int tickMilliseconds, string name)
    {
        _rounds = rounds;
        _tickInterval = tickMilliseconds * Stopwatch.Frequency / 1000;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    public void Start() => _thread.Start();

    public void Wake()
    {
        lock (_gate)
        {
            if (_awake) return;
            _awake = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        if (_thread.IsAlive) _thread.Join();
    }

    private void Run()
    {
        var nextTick = Stopwatch.GetTimestamp() + _tickInterval;
        while (WaitUntil(nextTick))
        {
            var now = Stopwatch.GetTimestamp();
            var tick = now >= nextTick;
            if (tick) nextTick = now + _tickInterval;
            if (_rounds.RunRound(tick)) Wake();
        }
    }

    // False when there is to be no round any more.
    private bool WaitUntil(long time)
    {
        lock (_gate)
        {
            while (!_awake && !_stopped)
            {
                var left = time - Stopwatch.GetTimestamp();
                if (left <= 0 || !Monitor.Wait(_gate, TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) + TimeSpan.FromMilliseconds(1))) break;
            }

            _awake = false;
            return !_stopped;
        }
    }
}

/// <summary>
/// Rounds on the threads of the process, for replicas that share one and wait for no disk: with a thread for each, most of a small batch's cost would be
/// waking and switching between them. One replica's rounds take turns with all other work, so that what arrives meanwhile makes larger batches.
/// </summary>
internal sealed class PoolRunner(IRounds rounds, int tickMilliseconds) : IRunner, IThreadPoolWorkItem
{
    // Whether a round is to come, runs, or runs and is to be followed by another: so that no second thread ever waits for the first.
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int RunningAndDue = 3;

    private readonly Lock _running = new();
    private Timer? _timer;
    private int _state;
    private int _tickIsDue;
    private bool _stopped;

    public void Start()
    {
        Wake();
        _timer = new Timer(static self => ((PoolRunner)self!).Tick(), this, tickMilliseconds, tickMilliseconds);
    }

    public void Wake()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state is Queued or RunningAndDue) return;
            if (Interlocked.CompareExchange(ref _state, state == Idle ? Queued : RunningAndDue, state) != state) continue;
            if (state == Idle) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    /// <summary>Waits for the round that runs, if one does.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_running) _stopped = true;
    }

    public void Execute()
    {
        // From here on whoever has something new asks for another round: this one may have taken what waits already.
        Volatile.Write(ref _state, Running);
        lock (_running)
        {
            if (_stopped) return;
            if (rounds.RunRound(Interlocked.Exchange(ref _tickIsDue, 0) == 1)) Wake();
        }

        if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running) return;
        Volatile.Write(ref _state, Queued);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // However many are late, they are one: a machine that stalls must not make requests look late.
    private void Tick()
    {
        Volatile.Write(ref _tickIsDue, 1);
        Wake();
    }
}
