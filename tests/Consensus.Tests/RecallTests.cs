// docs/divergence.md, "A replica that was restored from an old copy". adversary.md row 39.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

/// <summary>A replica that starts again listens before it votes.</summary>
public class RecallTests
{
    [Fact]
    public void A_replica_that_starts_again_says_nothing_before_enough_others_have_answered()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Order(2);
        group[3].Stop();
        group[3].Effects.Clear();
        group.Drop(envelope => envelope.Name == "recalled" && envelope.From.Index != 1);
        group[3].Restart(StartMode.Restart);
        group.Tick(20);
        Assert.True(group[3].Replica.IsListening);
        Assert.Empty(group[3].Of<Broadcast>());
        group.Heal();
        group.Tick(3);
        Assert.False(group[3].Replica.IsListening);
        Assert.NotEmpty(group[3].Said<Prepare>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_replica_whose_disk_is_an_old_copy_rejoins_and_contradicts_nothing(int index)
    {
        var group = new TestGroup();
        group.Order(2);
        var copy = group[index].CopyDisk();
        group.Order(3, "later");
        group[index].Stop();
        group[index].Effects.Clear();
        group[index].RestartFrom(copy);
        group.DeliverAll();
        Assert.Single(group[index].Of<FoundForgotten>());
        Assert.True(group[index].Replica.IsRejoining);
        group.TickUntil(() => !group[index].Replica.IsRejoining); // The checker of the group compares all that is said with all that was.
        group.Order(2, "after");
        Assert.All(group.Replicas, replica => Assert.Equal(7, replica.State.Requests.Count));
    }

    // The others have it in no memory any more, but in their certificates; so many positions, because it is silent by itself up to where it may have voted.
    [Fact]
    public void An_old_copy_is_told_after_a_power_cut_of_all()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 64 });
        group.Order(2);
        var copy = group[0].CopyDisk();
        group.Order(40, "later");
        foreach (var replica in group.Replicas) replica.Stop();
        foreach (var replica in group.Replicas.Skip(1)) replica.Restart(StartMode.Restart);
        group[0].RestartFrom(copy);
        group.DeliverAll();
        Assert.True(group[0].Replica.IsRejoining);
        group.TickUntil(() => group.Replicas.All(replica => !replica.Replica.IsRejoining && replica.State.Requests.Count == 42));
    }

    // The group may never have left the view that the copy has pledged to leave; that it is old, a checkpoint shows here.
    [Fact]
    public void An_old_copy_that_has_left_a_view_comes_back_all_the_same()
    {
        var group = new TestGroup();
        group.Order(1);
        group.Drop(envelope => envelope.Name == "viewchange");
        group[3].Submit(group.Request("alone"));
        group.Isolate(3);
        group.Tick(45);
        Assert.False(group[3].Replica.Active);
        var copy = group[3].CopyDisk();
        group.Heal();
        group.Drop(envelope => envelope.Name == "checkpoint" && (envelope.From.Index == 1 || envelope.To.Index == 1));
        group.Submit("later", 0, 1, 2);
        group.Submit("alone", 0, 1, 2);
        group.TickUntil(() => group[0].Replica.StableCheckpoint is not null);
        Assert.True(group[0].Replica.View < group[3].Replica.View);
        group[3].Stop();
        group[3].RestartFrom(copy);
        group.DeliverAll();
        Assert.True(group[3].Replica.IsRejoining);
        group.TickUntil(() => !group[3].Replica.IsRejoining);
    }

    [Fact]
    public void With_one_silent_and_one_lying_about_itself_a_group_of_seven_takes_a_replica_back()
    {
        var group = new TestGroup(replicas: 7);
        group.Order(3);
        group[6].Stop();
        group[5].Stop();
        group.Drop(envelope => envelope.Name == "recalled" && envelope.From.Index == 4);
        group[6].Restart(StartMode.Restart);
        var far = new SequenceNumber(1UL << 61);
        var lie = new RecalledMessage(2, new View(1UL << 61), far, new StatusMessage(default, Active: true, far, far, far, Rejoining: false), []);
        group.Inject(4, lie, 6);
        group.Tick(3);
        Assert.False(group[6].Replica.IsListening);
        group.Submit("after");
        group.TickUntil(() => group[6].Replica.Executed.Number == 4, 100);
    }

    [Fact]
    public void A_liar_can_neither_make_a_replica_rejoin_nor_answer_for_another_run()
    {
        var group = new TestGroup();
        group.Order(3);
        group[3].Stop();
        group.Drop(envelope => envelope.Name == "recalled");
        group[3].Restart(StartMode.Restart);
        var known = group[3].Log.OfType<ProposalRecord>().First();
        var own = TestGroup.Sign(3, new Prepare(known.View, known.Sequence, known.Batch.Digest)); // It did say that, and knows it.
        var others = TestGroup.Sign(2, new Prepare(known.View, new SequenceNumber(9), known.Batch.Digest));
        var status = new StatusMessage(default, Active: true, default, default, new SequenceNumber(1), Rejoining: false);
        group.Inject(2, new RecalledMessage(2, default, default, status, [own, others]), 3);
        Assert.Empty(group[3].Of<FoundForgotten>());
        group.Inject(1, new RecalledMessage(1, default, default, status, []), 3); // The nonce of its first run.
        Assert.True(group[3].Replica.IsListening);
        group.Inject(1, new RecalledMessage(2, default, default, status, []), 3);
        Assert.False(group[3].Replica.IsListening);
    }

    // Who answers has let go of votes up to its stable checkpoint, so nothing may be said there.
    [Fact]
    public void A_primary_that_comes_back_behind_a_checkpoint_proposes_nothing_below_it()
    {
        var group = new TestGroup();
        group.Order(2);
        var copy = group[0].CopyDisk();
        group.Drop(envelope => envelope.Name == "recalled");
        group.Order(6, "later");
        Assert.NotNull(group[1].Replica.StableCheckpoint);
        group[0].Stop();
        group[0].Effects.Clear();
        group[0].RestartFrom(copy);
        var status = new StatusMessage(default, Active: true, new SequenceNumber(8), new SequenceNumber(8), new SequenceNumber(1), Rejoining: false);
        group.Drop(envelope => envelope.Name is "committed" or "stable" or "checkpoint" or "chunk");
        foreach (var peer in new[] { 1, 2 }) group.Inject(peer, new RecalledMessage(2, default, new SequenceNumber(8), status, []), 0);
        Assert.False(group[0].Replica.IsListening);
        group.Submit("new", 0);
        Assert.Empty(group[0].Of<BroadcastProposal>());
    }
}
