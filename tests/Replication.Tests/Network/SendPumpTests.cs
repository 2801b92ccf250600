using System.Collections.Concurrent;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

public sealed class SendPumpTests
{
    private const int Items = 200_000;
    private const int Rounds = 1_000_000;
    private const int LooksMax = 20_000_000;

    [Fact]
    public async Task Whatever_many_threads_put_in_is_taken_and_senders_of_one_pump_take_turns()
    {
        var pump = new SendPump();
        var turns = new Turns();
        var senders = Enumerable.Range(0, 3).Select(_ => new Sender(pump, turns)).ToList();
        foreach (var sender in senders) _ = sender.RunAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Items / 8; i++) foreach (var sender in senders) sender.Add(i);
        })));
        foreach (var sender in senders) await sender.AllTaken.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(turns.Overlapped);
    }

    [Fact]
    public async Task A_wake_before_the_wait_ends_it_and_two_end_one()
    {
        var signal = new SendPump.Signal(new SendPump());
        signal.Wake();
        signal.Wake();
        await signal.WaitAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        var second = signal.WaitAsync().AsTask();
        Assert.False(second.IsCompleted);
        signal.Wake();
        await second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task No_wake_is_lost_that_comes_while_the_pump_goes_to_rest()
    {
        // One sender and one that wakes it, who waits until it was taken: no later wake makes up for a lost one.
        var signal = new SendPump.Signal(new SendPump());
        var (asked, taken) = (0, 0);
        async Task TakeAsync()
        {
            while (Volatile.Read(ref taken) < Rounds)
            {
                await signal.WaitAsync();
                Volatile.Write(ref taken, Volatile.Read(ref asked));
            }
        }

        void Wake()
        {
            var random = new Random(1);
            for (var round = 1; round <= Rounds; round++)
            {
                Volatile.Write(ref asked, round);
                signal.Wake();
                for (var looks = 0; Volatile.Read(ref taken) < round; looks++)
                {
                    if (looks > LooksMax) throw new TimeoutException($"The wake of round {round} was lost.");
                    Thread.Yield();
                }

                // Now at once, now a little later, so that it meets the pump at each point of its way.
                for (var looks = random.Next(200); looks > 0; looks--) Volatile.Read(ref taken);
            }
        }

        var taking = TakeAsync();
        await Task.Factory.StartNew(Wake, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await taking.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Many_peers_have_more_pumps_than_one()
    {
        Assert.Single(SendPump.For(4));
        Assert.Equal(2, SendPump.For(7).Length);
        Assert.Equal(8, SendPump.For(31).Length);
    }

    private sealed class Turns
    {
        private int _inside;

        public bool Overlapped { get; private set; }

        public void Enter() => Overlapped |= Interlocked.Increment(ref _inside) > 1;

        public void Leave() => Interlocked.Decrement(ref _inside);
    }

    private sealed class Sender(SendPump pump, Turns turns)
    {
        private readonly ConcurrentQueue<int> _waiting = new();
        private readonly SendPump.Signal _signal = new(pump);
        private readonly TaskCompletionSource _allTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AllTaken => _allTaken.Task;

        public void Add(int item)
        {
            _waiting.Enqueue(item);
            _signal.Wake();
        }

        public async Task RunAsync()
        {
            for (var taken = 0; taken < Items;)
            {
                await _signal.WaitAsync();
                turns.Enter();
                while (_waiting.TryDequeue(out _)) taken++;
                turns.Leave();
            }

            _allTaken.SetResult();
        }
    }
}
