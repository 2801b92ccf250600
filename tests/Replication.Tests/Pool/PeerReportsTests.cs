using KvStore.Protocol;
using KvStore.Replication.Pool;

namespace KvStore.Replication.Tests.Pool;

/// <summary>What a node makes of what the others say about where they stand.</summary>
public sealed class PeerReportsTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Who_was_not_heard_of_lately_or_rejoins_is_not_in_service()
    {
        var reports = new PeerReports(new GroupConfig(4), _clock);
        reports.Note(new ReplicaId(1), Said(7));
        reports.Note(new ReplicaId(2), Said(7, rejoining: true));
        Assert.Equal(1, reports.InService);
        Assert.Null(reports.Of(3));
        _clock.Pass(TimeSpan.FromSeconds(2));
        reports.Note(new ReplicaId(3), Said(7));
        Assert.Equal(2, reports.InService);
        _clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, reports.InService);
        Assert.Null(reports.Of(1));
        Assert.NotNull(reports.Of(3));
    }

    [Fact]
    public void A_single_liar_does_not_make_a_node_think_that_it_lags()
    {
        var reports = new PeerReports(new GroupConfig(4), _clock);
        reports.Note(new ReplicaId(1), Said(1_000_000));
        Assert.Equal(SequenceNumber.Genesis, reports.ExecutedByWeakQuorum);
        reports.Note(new ReplicaId(2), Said(12));
        reports.Note(new ReplicaId(3), Said(11));
        Assert.Equal(12ul, reports.ExecutedByWeakQuorum.Number);
    }

    private static StatusMessage Said(ulong executed, bool rejoining = false) =>
        new(View.Initial, Active: true, SequenceNumber.Genesis, new SequenceNumber(executed), new SequenceNumber(1), rejoining);

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
