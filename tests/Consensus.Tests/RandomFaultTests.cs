// protocol.md section 1 under faults drawn from a seed: agreement at every step, and liveness once they end.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class RandomFaultTests
{
    private const int Steps = 120;

    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("KV_SEEDS") ?? "60", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Whatever_is_lost_late_cut_off_stopped_or_damaged_all_is_executed_in_the_end()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            try
            {
                new Run(seed).ToTheEnd();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly TestGroup _group;
        private int _requests;
        private int? _faulty;

        public Run(int seed)
        {
            _random = new Random(seed);
            _group = new TestGroup(_random.Next(3) == 0 ? 7 : 4, new ConsensusConfig
            {
                CheckpointInterval = 1 << _random.Next(1, 4),
                RetainedBatchesMax = 1 << _random.Next(0, 8),
                PipelineDepth = 1 << _random.Next(0, 4),
                IdleCheckpointTicks = (ulong)_random.Next(20, 300),
            });
        }

        public void ToTheEnd()
        {
            for (var step = 0; step < Steps; step++) Step();
            _group.Heal();
            foreach (var replica in _group.Replicas.Where(replica => !replica.Running)) replica.Restart(StartMode.Restart);
            _group.DeliverAll();
            for (var i = 0; i < _requests; i++) _group.Submit($"r{i}");
            _group.TickUntil(() => _group.Replicas.All(replica => replica.State.Requests.Count == _requests && !replica.Replica.IsRejoining), 6000);
            foreach (var replica in _group.Replicas) replica.Effects.Clear();
            _group.Order(1, "last");
            _group.TickUntil(() => _group.Replicas.All(replica => replica.State.Requests.Count == _requests + 1), 400);
            Assert.All(_group.Replicas, replica => Assert.Equal(0, replica.Replica.Sizes.PendingRequests));
        }

        private void Step()
        {
            var index = _random.Next(_group.Replicas.Length);
            switch (_random.Next(16))
            {
                case < 6: _group.Submit($"r{_requests++}"); break;
                case 6: _group.Submit($"r{_requests++}", index); break;
                case 7: _group.Drop(Filter()); break;
                case 8: _group.Hold(Filter()); break;
                case 9 or 10: _group.Heal(); break;
                case 11: Fault(index); break;
                case 12: Mend(); break;
                case 13: _group.DeliverAll(); break;
                default: _group.Tick(_random.Next(30)); break;
            }
        }

        // One at a time, so that the promises hold.
        private void Fault(int index)
        {
            if (_faulty is not null) return;
            _faulty = index;
            switch (_random.Next(4))
            {
                case 0: _group.Isolate(index); break;
                case 1: _group[index].Stop(); break;
                case 2:
                    _group[index].Stop();
                    _group[index].Restart(StartMode.LostDisk);
                    break;
                default:
                    foreach (var replica in _group.Replicas) replica.Stop();
                    foreach (var replica in _group.Replicas) replica.Restart(StartMode.Restart);
                    _faulty = null;
                    break;
            }
        }

        private void Mend()
        {
            if (_faulty is not { } index) return;
            _group.Heal();
            if (!_group[index].Running) _group[index].Restart(StartMode.Restart);
            _group.Tick(20);
            if (!_group[index].Replica.IsRejoining) _faulty = null;
        }

        private Predicate<Envelope> Filter()
        {
            string[] names = ["preprepare", "prepare", "commit", "checkpoint", "viewchange", "newview", "committed", "stable", "requests", "status", "chunk", "batches"];
            var (name, from, to) = (names[_random.Next(names.Length)], _random.Next(8), _random.Next(8));
            return envelope => envelope.Name == name && (from >= 4 || envelope.From.Index == from) && (to >= 4 || envelope.To.Index == to);
        }
    }
}
