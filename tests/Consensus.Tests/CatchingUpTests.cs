// TOCS 2002 section 5.2, status messages, and section 5.3, state transfer; protocol.md section 10. adversary.md rows 34 to 37.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class CatchingUpTests
{
    // bft-smart/library#19.
    [Fact]
    public void One_replica_cut_off_does_not_stop_the_others_and_catches_up_by_certificates()
    {
        var group = new TestGroup();
        group.Isolate(3);
        group.Order(20);
        Assert.Equal(20UL, group[0].Replica.Executed.Number);
        group.Heal();
        group.TickUntil(() => group[3].Replica.Executed.Number == 20, 100);
        Assert.Empty(group[3].Of<AssembleSnapshot>());
        Assert.Equal(group[0].State.Root, group[3].State.Root);
    }

    // hyperledger/fabric#1454, #1120.
    [Fact]
    public void On_an_idle_network_a_lagging_replica_still_catches_up_and_its_view_is_right()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2 });
        group[3].Stop();
        group.Order(10);
        group[0].Stop();
        group[3].Restart(StartMode.Restart);
        group.Submit("a");
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 11));
        Assert.All(group.Running, replica => Assert.Equal(group[1].Replica.View, replica.Replica.View));
        group[0].Restart(StartMode.Restart);
        group.TickUntil(() => group[0].State.Requests.Count == 11);
        Assert.Equal(group[1].Replica.View, group[0].Replica.View);
    }

    [Fact]
    public void What_the_others_have_discarded_is_fetched_as_state()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2 });
        group.Isolate(3);
        group.Order(20);
        group.Heal();
        group.TickUntil(() => group[3].Replica.Executed.Number == 20, 200);
        Assert.NotEmpty(group[3].Of<AssembleSnapshot>());
        Assert.Equal(group[0].State.Root, group[3].State.Root);
    }

    [Fact]
    public void A_source_that_sends_wrong_chunks_is_not_asked_again()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2 });
        group.Isolate(3);
        group.Order(20);
        group.Heal();
        group[0].FalseChunk = FakeState.Genesis.Encode();
        group[1].FalseChunk = FakeState.Genesis.Encode();
        group.TickUntil(() => group[3].Replica.Executed.Number == 20, 400);
        Assert.Equal(group[0].State.Root, group[3].State.Root);
    }

    [Fact]
    public void A_source_that_stalls_is_switched()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2, SnapshotChunksInFlight = 1 });
        group.Isolate(3);
        group.Order(20);
        group.Heal();
        group.Drop(envelope => envelope.Name == "chunk" && envelope.From.Index != 2);
        group.TickUntil(() => group[3].Replica.Executed.Number == 20, 600);
    }

    [Fact]
    public void A_chunk_that_nobody_asked_for_is_rejected()
    {
        var group = new TestGroup();
        group.Inject(2, new ChunkMessage(new SequenceNumber(8), Digest.Zero, new byte[10]), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.Unsolicited));
        Assert.Empty(group[1].Of<AddChunk>());
    }

    // Slots that a state transfer had jumped over stayed, and what they lacked was fetched for ever: the bodies came into the pool as waiting requests
    // which nobody would ever execute, and the replica suspected one primary after the other.
    [Fact]
    public void What_a_state_transfer_jumps_over_is_forgotten()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 20 });
        group.Order(4);
        group.Hold(envelope => envelope.To.Index == 3 && envelope.Name is not ("preprepare" or "stable" or "status" or "fetchchunk" or "chunk"));
        foreach (var number in Enumerable.Range(0, 8))
        {
            group.Submit($"unseen{number}", 0, 1, 2);
            group.DeliverAll();
        }

        group.TickUntil(() => group[3].Replica.Executed.Number >= 8, 200);
        Assert.NotEmpty(group[3].Of<AssembleSnapshot>());
        group.Heal();
        group.DeliverAll();
        group.Tick(100);
        Assert.Equal(0, group[3].Replica.Sizes.PendingRequests);
        Assert.Equal(View.Initial, group[3].Replica.View);
        group[3].Effects.Clear();
        group.Tick(20);
        Assert.DoesNotContain(group[3].Of<Send>(), send => send.Message is FetchBatchesMessage or FetchRequestsMessage);
    }

    [Fact]
    public void Missing_bodies_are_fetched_from_the_primary_and_then_from_the_others()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "requests" && envelope.From.Index == 0);
        group.Drop(envelope => envelope.Name is "prepare" or "commit" && envelope.From.Index == 2); // Without replica 3 there is no quorum.
        group.Submit("a", 0, 1, 2);
        group.TickUntil(() => group[3].Replica.Executed.Number == 1, 38);
        var asked = group[3].Of<Send>().Where(send => send.Message is FetchRequestsMessage).Select(send => send.To.Index).ToList();
        Assert.Equal(0, asked[0]);
        Assert.True(asked.Count > 1 && asked[1] != 0);
        Assert.Equal(View.Initial, group[3].Replica.View);
    }

    [Fact]
    public void Carried_batches_that_the_new_primary_lacks_are_fetched_from_those_whose_certificates_name_them()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "preprepare" && envelope.To.Index == 1);
        group.Drop(envelope => envelope.Name == "commit");
        group.Submit("a");
        group.DeliverAll();
        group[0].Stop();
        group.Heal();
        group.TickUntil(() => group.Running.All(replica => replica.State.Requests.Count == 1), 300);
        Assert.Contains(group[1].Of<Send>(), send => send.Message is FetchBatchesMessage);
    }

    [Fact]
    public void A_peer_that_asks_more_than_its_share_waits()
    {
        var group = new TestGroup();
        for (var round = 0; round < 100; round++) group.Inject(2, new FetchChunkMessage(new SequenceNumber(8), Digest.Zero), 1);
        Assert.Equal(68, group[1].Rejections(RejectionKind.OverQuota));
        group.Inject(3, new ReadIndexQuery(1), 1); // Another's share is its own.
        group.Tick();
        group.Inject(2, new ReadIndexQuery(2), 1);
        Assert.Equal(2, group[1].Of<Send>().Count(send => send.Message is ReadIndexAnswer));
    }

    // A primary that had been passed over learned of the batches of the next view before it learned of the view.
    [Fact]
    public void A_primary_that_was_overtaken_takes_the_certificates_of_a_later_view()
    {
        var group = new TestGroup();
        group.Order(2);
        group.Isolate(0);
        group.Submit("a", 1, 2, 3);
        group.TickUntil(() => group[1].Replica.Executed.Number == 3);
        foreach (var name in new[] { "later1", "later2" })
        {
            group.Submit(name, 1, 2, 3);
            group.DeliverAll();
        }

        group.Heal();
        group.Drop(envelope => envelope.Name == "newview");
        group.TickUntil(() => group[0].Replica.Executed.Number == 5, 100);
        group.Submit("b");
        group.Tick(5);
        group.Heal();
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Contains(group.Request("b").Digest)), 200);
    }

    [Fact]
    public void Read_index_answers_say_the_highest_position_voted_to_commit_with_its_certificate()
    {
        var group = new TestGroup();
        var answers = new List<ReadIndexAnswer>();
        group.OnSent = envelope =>
        {
            if (envelope.Message is ReadIndexAnswer it) answers.Add(it);
        };
        group.Order(2);
        group.Hold(envelope => envelope.Name == "commit");
        group.Submit("a");
        group.DeliverAll();
        group.Inject(2, new ReadIndexQuery(7), 1);
        var answer = answers.Single();
        Assert.Equal((7UL, 3UL), (answer.Round, answer.Sequence.Number));
        Assert.Equal(3UL, answer.Certificate!.Vote.Sequence.Number);
        Assert.Equal(2UL, group[1].Replica.Executed.Number);
    }

    [Fact]
    public void A_position_whose_batch_was_not_carried_does_not_bind_readers_any_more()
    {
        var group = new TestGroup();
        var answers = new List<ReadIndexAnswer>();
        group.OnSent = envelope =>
        {
            if (envelope.Message is ReadIndexAnswer it) answers.Add(it);
        };
        // Only replica 3 prepares, and it is not heard in the view change.
        group.Drop(envelope => envelope.Name == "prepare" && envelope.To.Index != 3);
        group.Drop(envelope => envelope.Name is "commit" or "viewchange" && envelope.From.Index == 3);
        group.Submit("a");
        group.DeliverAll();
        group.Inject(2, new ReadIndexQuery(1), 3);
        Assert.Equal(1UL, answers.Single().Sequence.Number);
        group.Drop(envelope => envelope.Name is "preprepare" && ((PrePrepare)envelope.Statement!).View == View.Initial);
        group.Drop(envelope => envelope.Name is "prepare" or "commit");
        group.Tick(45);
        Assert.True(group[3].Replica is { Active: true, View.Number: 1 });
        group.Inject(2, new ReadIndexQuery(2), 3);
        Assert.Equal(0UL, answers[^1].Sequence.Number);
    }
}
