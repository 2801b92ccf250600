using System.Collections.Concurrent;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Tests.Network;

public sealed class SendPumpTests
{
    private const int Items = 200_000;

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
    public async Task A_sender_that_always_has_more_takes_turns_with_the_others()
    {
        var pump = new SendPump();
        var (busy, other) = (new SendPump.Signal(pump), new SendPump.Signal(pump));
        var (turns, before) = (0, 0);
        async Task BeBusyAsync()
        {
            for (; turns < 1000; turns++)
            {
                await busy.WaitAsync();
                if (turns == 0) other.Wake();
                busy.Wake();
            }
        }

        async Task WaitOnceAsync()
        {
            await other.WaitAsync();
            before = turns;
        }

        var all = Task.WhenAll(BeBusyAsync(), WaitOnceAsync());
        busy.Wake();
        await all.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(before <= 1, $"It waited for {before} turns.");
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
