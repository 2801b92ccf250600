using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Faults;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Tests.Faults;

/// <summary>What leaves a replica that lies by design.</summary>
public sealed class TamperedTransportTests : IDisposable
{
    private static readonly ReplicaId _self = new(1);
    private static readonly PeerMessage _truth = StatusOf(1);

    private readonly Recorder _sent = new();
    private readonly StepClock _clock = new();

    public void Dispose() => _clock.Dispose();

    [Fact]
    public void The_truth_is_broadcast_as_a_correct_replica_does_it()
    {
        using var tampering = Make(new Scripted((_, message) => [new Said(message)]));
        tampering.Over(_sent).Broadcast(_truth);
        Assert.Equal([(null, _truth)], _sent.All);
    }

    [Fact]
    public void Each_receiver_of_a_broadcast_may_be_told_something_else_or_nothing()
    {
        var (other, third) = (StatusOf(2), StatusOf(3));
        using var tampering = Make(new Scripted((to, message) => to.Index switch { 0 => [new Said(message)], 2 => [new Said(other), new Said(third)], _ => [] }));
        tampering.Over(_sent).Broadcast(_truth);
        Assert.Equal([(new ReplicaId(0), _truth), (new ReplicaId(2), other), (new ReplicaId(2), third)], _sent.All);
    }

    [Fact]
    public void What_is_held_back_leaves_when_it_is_due_the_earliest_first_and_not_after_the_end()
    {
        var tampering = Make(new Scripted((to, _) => [new Said(StatusOf(to.Index), 30 - (5 * to.Index))]));
        var transport = tampering.Over(_sent);
        transport.Broadcast(_truth);
        _clock.Pass(14);
        Assert.Empty(_sent.All);
        _clock.Pass(3);
        Assert.Equal([3], _sent.Receivers);
        _clock.Pass(20);
        Assert.Equal([3, 2, 0], _sent.Receivers);

        transport.Send(new ReplicaId(0), _truth);
        tampering.Dispose();
        _clock.Pass(100);
        Assert.Equal([3, 2, 0], _sent.Receivers);
    }

    [Fact]
    public void One_that_is_to_lie_later_tells_the_truth_till_then()
    {
        var silent = new FaultsByDesign(["silent"], _ => new Scripted((_, _) => [])).After(TimeSpan.FromMilliseconds(50));
        using var tampering = Make(silent);
        var transport = tampering.Over(_sent);
        transport.Send(new ReplicaId(0), _truth);
        _clock.Pass(49);
        transport.Send(new ReplicaId(2), _truth);
        _clock.Pass(1);
        transport.Send(new ReplicaId(3), _truth);
        Assert.Equal([0, 2], _sent.Receivers);
    }

    private static StatusMessage StatusOf(int executed) =>
        new(View.Initial, Active: true, SequenceNumber.Genesis, new SequenceNumber((ulong)executed), SequenceNumber.Genesis.Next, Rejoining: false);

    private Tampering Make(IStatementTamper tamper) => Make(new FaultsByDesign(["scripted"], _ => tamper));

    private Tampering Make(FaultsByDesign faults)
    {
        var cluster = new ClusterId(Digest.Of([1]));
        var replica = new ReplicaOptions(_self, new GroupConfig(4), new ConsensusConfig(), cluster);
        return new Tampering(faults, replica, new StatementContext(cluster, new GroupId(0), new Epoch(0)), new NoSigner(), _clock, () => null);
    }

    private sealed class Scripted(Func<ReplicaId, PeerMessage, IEnumerable<Said>> say) : IStatementTamper
    {
        public IEnumerable<Said> Say(ReplicaId to, PeerMessage message) => say(to, message);

        public PeerMessage? Hear(ReplicaId from, PeerMessage message) => message;
    }

    private sealed class Recorder : IPeerTransport
    {
        public List<(ReplicaId? To, PeerMessage Message)> All { get; } = [];

        public IEnumerable<int> Receivers => All.Select(each => (int)each.To!.Value.Index);

        public void Send(ReplicaId to, PeerMessage message) => All.Add((to, message));

        public void Broadcast(PeerMessage message) => All.Add((null, message));
    }

    private sealed class NoSigner : IStatementSigner
    {
        public ReplicaId Signer => _self;

        public Signature Sign(ReadOnlySpan<byte> bytes) => throw new NotSupportedException("Nothing is signed here.");
    }

    // Time passes in milliseconds, when a test says so; its one timer goes off when it is due.
    private sealed class StepClock : TimeProvider, ITimer
    {
        private long _now;
        private long _due = long.MaxValue;
        private Action _goOff = () => { };

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(_now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _goOff = () => callback(state);
            return this;
        }

        public void Pass(int milliseconds)
        {
            for (var i = 0; i < milliseconds; i++)
            {
                if (++_now < _due) continue;
                _due = long.MaxValue;
                _goOff();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = _now + (long)dueTime.TotalMilliseconds;
            return true;
        }

        public void Dispose() => _goOff = () => { };

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
