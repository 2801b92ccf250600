using KvStore.Replication.Hosting;

namespace KvStore.Replication.Tests;

public sealed class RunnerTests
{
    private const int Inputs = 200_000;

    [Fact]
    public async Task Whatever_is_added_by_many_threads_is_taken_and_rounds_do_not_overlap()
    {
        foreach (var inThread in (bool[])[false, true])
        {
            var rounds = new CountedRounds();
            using var runner = NewRunner(rounds, inThread);
            rounds.Runner = runner;
            runner.Start();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < Inputs / 8; i++) rounds.Add();
            })));
            await rounds.AllTaken.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.False(rounds.Overlapped);
        }
    }

    [Fact]
    public async Task Ticks_come_without_any_other_cause_and_no_round_runs_once_the_runner_is_disposed()
    {
        foreach (var inThread in (bool[])[false, true])
        {
            var rounds = new CountedRounds();
            var runner = NewRunner(rounds, inThread);
            rounds.Runner = runner;
            runner.Start();
            await rounds.ThreeTicks.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            runner.Dispose();
            var ran = rounds.Rounds;
            runner.Wake();
            await Task.Run(() => { }, TestContext.Current.CancellationToken);
            Assert.Equal(ran, rounds.Rounds);
        }
    }

    private static IRunner NewRunner(CountedRounds rounds, bool inThread) => inThread ? new ThreadRunner(rounds, 5, "a test's") : new PoolRunner(rounds, 5);

    private sealed class CountedRounds : IRounds
    {
        private readonly TaskCompletionSource _allTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _threeTicks = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;
        private int _taken;
        private int _ticks;
        private int _running;

        public IRunner? Runner { get; set; }

        public Task AllTaken => _allTaken.Task;

        public Task ThreeTicks => _threeTicks.Task;

        public bool Overlapped { get; private set; }

        public int Rounds { get; private set; }

        public void Add()
        {
            if (Interlocked.Increment(ref _waiting) == 1) Runner!.Wake();
        }

        public bool RunRound(bool tick)
        {
            if (Interlocked.Exchange(ref _running, 1) == 1) Overlapped = true;
            Rounds++;
            _taken += Interlocked.Exchange(ref _waiting, 0);
            if (_taken == Inputs) _allTaken.TrySetResult();
            if (tick && ++_ticks == 3) _threeTicks.TrySetResult();
            Volatile.Write(ref _running, 0);
            return Volatile.Read(ref _waiting) > 0;
        }
    }
}
