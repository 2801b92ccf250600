// PBFT section 4.3 (OSDI '99), garbage collection; protocol.md section 8.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class CheckpointTests
{
    [Fact]
    public void A_checkpoint_becomes_stable_with_2f_plus_1_votes_and_everything_at_or_below_it_is_discarded()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 4 });
        group.Order(8);
        foreach (var replica in group.Replicas)
        {
            var stable = replica.Of<Stabilize>().Single().Certificate;
            Assert.Equal(8UL, stable.Vote.Sequence.Number);
            Assert.Equal(group.Config.Quorum, stable.Signatures.Length);
            Assert.Equal(replica.State.Root, stable.Vote.StateRoot);
            Assert.Equal(4, replica.Replica.Sizes.Slots);
            Assert.Equal(4, replica.Replica.Sizes.Bodies);
            Assert.Equal(0, replica.Replica.Sizes.CheckpointPositions);
            Assert.IsType<StableRecord>(replica.Log[0]);
        }
    }

    // Simulator, disk profile, seed 351: what was let go of for want of room before the own checkpoint was in no log.
    [Fact]
    public void A_replica_that_lags_has_every_certificate_in_its_log_before_it_votes_for_a_checkpoint()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2 });
        group.Hold(envelope => envelope.To.Index == 3 && envelope.Name == "commit");
        group.Order(8);
        group.Heal();
        group.DeliverAll();
        Assert.Equal(8UL, group[3].Said<Checkpoint>().Single().Sequence.Number);
        var said = group[3].Effects.FindIndex(effect => effect is Broadcast { Statement: Checkpoint });
        var logged = group[3].Effects.Take(said).Select(effect => effect is PersistLater later ? later.Record : (effect as Persist)?.Record).OfType<CommittedRecord>();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], logged.Select(record => record.Certificate.Vote.Sequence.Number).Distinct().Order().ToList());
    }

    [Fact]
    public void Two_votes_of_four_do_not_make_a_checkpoint_stable()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "checkpoint" && envelope.From.Index > 1);
        group.Order(8);
        Assert.Null(group[0].Replica.StableCheckpoint);
        Assert.Equal(1, group[0].Replica.Sizes.CheckpointPositions);
    }

    [Fact]
    public void A_corrupt_checkpoint_of_the_primary_is_tolerated_and_its_state_is_mended()
    {
        var group = new TestGroup();
        group.Order(4);
        group[0].Damage();
        group.Order(4, "more");
        Assert.All(group.Replicas.Skip(1), replica => Assert.Equal(8UL, replica.Replica.StableCheckpoint!.Vote.Sequence.Number));
        group.TickUntil(() => group[0].Replica.StableCheckpoint is not null);
        Assert.Equal(group[1].State.Root, group[0].State.Root);
        group.Order(8, "again");
        Assert.All(group.Replicas, replica => Assert.Equal(16UL, replica.Replica.StableCheckpoint!.Vote.Sequence.Number));
    }

    // The sources answered that they do not hold the state, and a replica that had executed as far itself never asked again.
    [Fact]
    public void A_damaged_state_is_mended_also_when_the_sources_fail_at_first()
    {
        var group = new TestGroup();
        group.Order(4);
        group[3].Damage();
        foreach (var source in group.Replicas.Take(3)) source.FalseChunk = [];
        group.Order(4, "more");
        group.Tick(20);
        Assert.NotEqual(group[1].State.Root, group[3].State.Root);
        foreach (var source in group.Replicas.Take(3)) source.FalseChunk = null;
        group.Tick(300);
        Assert.Equal(group[1].State.Root, group[3].State.Root);
    }

    [Fact]
    public void Contradictory_checkpoints_of_one_replica_are_evidence()
    {
        var group = new TestGroup();
        foreach (var text in new[] { "a", "b" })
        {
            var root = Digest.Of(System.Text.Encoding.ASCII.GetBytes(text));
            group.Inject(2, new StatementMessage(TestGroup.Sign(2, new Checkpoint(new SequenceNumber(8), root, root))), 1);
        }

        Assert.Equal(1, group[1].Rejections(RejectionKind.Equivocation));
        Assert.Single(group[1].Of<ReportEquivocation>());
    }

    [Fact]
    public void An_idle_group_checkpoints_what_is_unstable()
    {
        var group = new TestGroup();
        group.Order(3);
        group.Tick(199);
        Assert.Null(group[0].Replica.StableCheckpoint);
        group.Tick(2);
        Assert.All(group.Replicas, replica => Assert.Equal(3UL, replica.Replica.StableCheckpoint!.Vote.Sequence.Number));
        group.Tick(500);
        Assert.All(group.Replicas, replica => Assert.Single(replica.Of<Stabilize>()));
    }

    [Fact]
    public void A_checkpoint_vote_waits_for_the_snapshot_and_ordering_does_not()
    {
        var group = new TestGroup();
        foreach (var replica in group.Replicas) replica.HoldsSnapshots = true;
        group.Order(12);
        Assert.All(group.Replicas, replica => Assert.Equal(12UL, replica.Replica.Executed.Number));
        Assert.All(group.Replicas, replica => Assert.Empty(replica.Said<Checkpoint>()));
        foreach (var replica in group.Replicas) replica.Round([.. replica.HeldSnapshots]);
        group.DeliverAll();
        Assert.All(group.Replicas, replica => Assert.Equal(8UL, replica.Replica.StableCheckpoint!.Vote.Sequence.Number));
    }

    [Fact]
    public void Whoever_votes_for_a_checkpoint_can_execute_up_to_it_again_from_its_own_disk()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name is "checkpoint" or "stable");
        group.Order(8);
        var root = group[2].State.Root;
        Assert.Single(group[2].Said<Checkpoint>());
        foreach (var replica in group.Replicas) replica.Stop();
        group[2].Restart(StartMode.Restart);
        Assert.Equal(8UL, group[2].Replica.Executed.Number);
        Assert.Equal(root, group[2].State.Root);
    }
}
