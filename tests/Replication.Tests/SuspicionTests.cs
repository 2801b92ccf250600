using KvStore.Protocol;
using KvStore.Replication.Hosting;

namespace KvStore.Replication.Tests;

public class SuspicionTests
{
    [Fact]
    public void A_flood_of_one_kind_counts_once_a_second_for_each_replica()
    {
        var clock = new StoppedClock();
        var suspicions = new SuspicionCounters(clock);
        var (first, second) = (new ReplicaId(1), new ReplicaId(2));
        Assert.Equal(1, suspicions.Add(SuspicionKind.BadSignature, first));
        Assert.Equal(1, suspicions.Add(SuspicionKind.BadSignature, second));
        Assert.Equal(1, suspicions.Add(SuspicionKind.TooSlow, first));
        for (var i = 0; i < 1000; i++) Assert.Null(suspicions.Add(SuspicionKind.BadSignature, first));
        clock.Timestamp += clock.TimestampFrequency;
        Assert.Equal(2, suspicions.Add(SuspicionKind.BadSignature, first));
        Assert.Equal([(1, 105, 2L), (1, 204, 1L), (2, 105, 1L)], suspicions.Snapshot().Select(seen => ((int)seen.Replica.Index, (int)seen.Kind, seen.Count)));
    }

    [Fact]
    public void What_is_rejected_is_a_suspicion_when_no_correct_replica_sends_it_and_has_the_same_name()
    {
        foreach (var kind in Enum.GetValues<RejectionKind>())
        {
            var counters = new RejectionCounters();
            counters.Add(kind, new ReplicaId(3));
            Assert.Equal(kind.ShowsFault() ? [kind.ToString()] : [], counters.Suspicions.Snapshot().Select(seen => seen.Kind.ToString()));
        }
    }

    private sealed class StoppedClock : TimeProvider
    {
        public long Timestamp { get; set; } = 1;

        public override long GetTimestamp() => Timestamp;
    }
}
