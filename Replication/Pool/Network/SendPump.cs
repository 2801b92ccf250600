using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace KvStore.Replication.Pool.Network;

/// <summary>
/// Resumes those that send to a few peers, one after the other on a thread of the pool: what is for all of them wakes one thread, not one for each. Whoever is about to put
/// something in runs first: under load, what many requests and votes have for a peer then is one write, and one wake at the other end.
/// </summary>
internal sealed class SendPump : IThreadPoolWorkItem
{
    /// <summary>How many peers share one at most: with more, the last would wait for the writes to all others.</summary>
    public const int PeersMax = 4;

    private readonly ConcurrentQueue<Signal> _due = new();
    private int _isQueued;

    /// <summary>Pumps for so many peers; that of peer i is at i / <see cref="PeersMax"/>.</summary>
    public static SendPump[] For(int peers) => [.. Enumerable.Range(0, (peers + PeersMax - 1) / PeersMax).Select(_ => new SendPump())];

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_due.TryDequeue(out var signal)) signal.Resume();
            Interlocked.Exchange(ref _isQueued, 0); // With a full fence: whoever still saw it set has put its signal where the next look finds it.
        }
        while (!_due.IsEmpty && TryBegin());
    }

    private bool TryBegin() => Interlocked.Exchange(ref _isQueued, 1) == 0;

    private void Schedule(Signal signal)
    {
        _due.Enqueue(signal);
        if (TryBegin()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>What one sender waits for. Any thread may wake it, also before it waits; one sender waits.</summary>
    internal sealed class Signal(SendPump pump) : IValueTaskSource
    {
        private const int Calm = 0;
        private const int Waiting = 1;
        private const int Woken = 2;

        private ManualResetValueTaskSourceCore<bool> _source;
        private int _state;

        /// <summary>Resumes the sender, or lets it not wait the next time.</summary>
        public void Wake()
        {
            if (Interlocked.Exchange(ref _state, Woken) == Waiting) pump.Schedule(this);
        }

        /// <summary>Waits for a call of <see cref="Wake"/> since the last wait, and for the turns of those that were woken before.</summary>
        public ValueTask WaitAsync()
        {
            _source.Reset();
            if (Interlocked.CompareExchange(ref _state, Waiting, Calm) == Woken) pump.Schedule(this);
            return new ValueTask(this, _source.Version);
        }

        /// <summary>Runs the sender on the caller's thread until it waits again.</summary>
        public void Resume()
        {
            Interlocked.Exchange(ref _state, Calm); // With a full fence: what a wake that comes too late to be one was for is seen by the sender.
            _source.SetResult(true);
        }

        void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

        void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);
    }
}
