// PBFT section 4.2 (OSDI '99), the normal case; protocol.md sections 5 and 11.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class NormalCaseTests
{
    private static readonly SequenceNumber First = new(1);

    [Fact]
    public void A_request_goes_through_pre_prepare_prepare_and_commit_and_is_executed_by_all()
    {
        var group = new TestGroup();
        var request = group.Submit("a");
        group.DeliverAll();
        foreach (var replica in group.Replicas)
        {
            Assert.Equal(First, replica.Replica.Executed);
            Assert.Equal([request.Digest], replica.Of<Execute>().Single().Batch.Requests);
            Assert.Single(replica.Said<Prepare>());
            Assert.Single(replica.Said<Commit>());
            Assert.Empty(replica.Of<Reject>());
            Assert.Equal(0, replica.Replica.Sizes.PendingRequests);
        }

        Assert.Single(group[0].Of<BroadcastProposal>());
        Assert.Empty(group[1].Of<BroadcastProposal>());
    }

    [Fact]
    public void A_replica_commits_only_with_a_prepare_certificate_of_2f_plus_1()
    {
        var group = new TestGroup();
        group.Hold(envelope => envelope.Name == "prepare");
        group.Submit("a");
        group.DeliverAll();
        Assert.All(group.Replicas, replica => Assert.Single(replica.Said<Prepare>()));
        Assert.All(group.Replicas, replica => Assert.Empty(replica.Said<Commit>()));

        var vote = group[0].Said<Prepare>().Single();
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, vote)), 1);
        Assert.Empty(group[1].Said<Commit>()); // Its own and the primary's: two.
        group.Inject(2, new StatementMessage(TestGroup.Sign(2, vote)), 1);
        Assert.Single(group[1].Said<Commit>());
        Assert.Equal(SequenceNumber.Genesis, group[1].Replica.Executed);
    }

    [Fact]
    public void A_replica_executes_only_with_a_commit_certificate_of_2f_plus_1()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "commit");
        group.Submit("a");
        group.DeliverAll();
        var vote = group[0].Said<Commit>().Single();
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, vote)), 1);
        Assert.Empty(group[1].Of<Execute>());
        group.Inject(3, new StatementMessage(TestGroup.Sign(3, vote)), 1);
        Assert.Single(group[1].Of<Execute>());
    }

    [Fact]
    public void A_vote_leaves_only_after_its_record_is_in_the_log()
    {
        var group = new TestGroup();
        group.Order(3);
        foreach (var replica in group.Replicas)
        {
            foreach (var sequence in new[] { 1UL, 2UL, 3UL }.Select(number => new SequenceNumber(number)))
            {
                var proposal = Index(replica, effect => effect is PersistLater { Record: ProposalRecord it } && it.Sequence == sequence);
                var prepared = Index(replica, effect => effect is Persist { Record: PreparedRecord it } && it.Certificate.Vote.Sequence == sequence);
                Assert.True(proposal < Index(replica, effect => effect is Broadcast { Statement: Prepare it } && it.Sequence == sequence));
                Assert.True(prepared < Index(replica, effect => effect is Broadcast { Statement: Commit it } && it.Sequence == sequence));
                if (replica.Self.Index == 0) Assert.True(proposal < Index(replica, effect => effect is BroadcastProposal it && it.PrePrepare.Sequence == sequence));
            }
        }
    }

    [Fact]
    public void Batches_are_executed_in_the_order_of_their_sequence_numbers_however_they_commit()
    {
        var group = new TestGroup();
        group.Hold(envelope => envelope.Name == "commit" && envelope.Sequence == First);
        group.Order(3);
        Assert.All(group.Replicas, replica => Assert.Empty(replica.Of<Execute>()));
        group.Heal();
        group.DeliverAll();
        Assert.All(group.Replicas, replica => Assert.Equal([1UL, 2UL, 3UL], replica.Of<Execute>().Select(effect => effect.Sequence.Number)));
    }

    [Fact]
    public void A_backup_accepts_one_pre_prepare_per_view_and_sequence_reports_the_second_and_leaves_the_view()
    {
        var group = new TestGroup();
        group.Isolate(0);
        var (a, b) = (group.Submit("a", 1, 2, 3), group.Submit("b", 1, 2, 3));
        group.Inject(0, Proposal(group, 0, 1, a), 1);
        Assert.Single(group[1].Said<Prepare>());
        group.Inject(0, Proposal(group, 0, 1, b), 1);
        Assert.Single(group[1].Said<Prepare>());
        var evidence = group[1].Of<ReportEquivocation>().Single();
        Assert.Equal(new ReplicaId(0), evidence.Earlier.Signer);
        Assert.NotEqual(((PrePrepare)evidence.Earlier.UntypedStatement).Batch, ((PrePrepare)evidence.Later.UntypedStatement).Batch);
        Assert.Equal(1, group[1].Rejections(RejectionKind.Equivocation));
        Assert.Equal(new View(1), group[1].Replica.View);
        Assert.False(group[1].Replica.Active);
    }

    [Fact]
    public void The_same_pre_prepare_again_is_no_equivocation_and_gets_no_second_vote()
    {
        var group = new TestGroup();
        var proposal = Proposal(group, 0, 1, group.Submit("a", 1));
        for (var i = 0; i < 3; i++) group.Inject(0, proposal, 1);
        Assert.Single(group[1].Said<Prepare>());
        Assert.Empty(group[1].Of<Reject>());
    }

    [Fact]
    public void A_sequence_number_outside_the_watermarks_is_not_accepted()
    {
        var group = new TestGroup();
        var request = group.Submit("a", 1);
        var high = 2UL * (ulong)group.Consensus.CheckpointInterval;
        group.Inject(0, Proposal(group, 0, high + 1, request), 1);
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, new Prepare(default, new SequenceNumber(high + 1), Digest.Zero))), 1);
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, new Commit(default, new SequenceNumber(high + 1), Digest.Zero))), 1);
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, new Checkpoint(new SequenceNumber(high + 1), Digest.Zero, Digest.Zero))), 1);
        Assert.Equal(4, group[1].Rejections(RejectionKind.OutOfWindow));
        Assert.Equal(0, group[1].Replica.Sizes.Slots);
        group.Inject(0, Proposal(group, 0, high, request), 1);
        Assert.Single(group[1].Said<Prepare>());
    }

    [Fact]
    public void A_pre_prepare_that_is_not_the_primarys_is_rejected()
    {
        var group = new TestGroup();
        group.Inject(2, Proposal(group, 2, 1, group.Submit("a", 1)), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.WrongRole));
        Assert.Empty(group[1].Said<Prepare>());
    }

    [Fact]
    public void A_pre_prepare_of_a_view_far_ahead_is_rejected()
    {
        var group = new TestGroup();
        group.Inject(0, Proposal(group, 0, 1, group.Submit("a", 1), view: 400), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.WrongView));
        Assert.Equal(0, group[1].Replica.Sizes.EarlyMessages);
    }

    [Theory]
    [InlineData(-5001)]
    [InlineData(5001)]
    public void A_proposal_whose_time_is_too_far_from_a_backups_clock_is_rejected(long skewMilliseconds)
    {
        var group = new TestGroup();
        group.Submit("a", 1);
        var time = new Timestamp((ulong)((long)group.Now.UnixMilliseconds + skewMilliseconds));
        group.Inject(0, Proposal(0, 1, new Batch(time, [group.Request("a").Digest])), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.BadTime));
        Assert.Empty(group[1].Said<Prepare>());
    }

    [Fact]
    public void Time_does_not_run_backwards_from_one_proposal_to_the_next()
    {
        var group = new TestGroup();
        var (a, b) = (group.Submit("a", 1), group.Submit("b", 1));
        group.Inject(0, Proposal(0, 1, new Batch(group.Now, [a.Digest])), 1);
        group.Inject(0, Proposal(0, 2, new Batch(new Timestamp(group.Now.UnixMilliseconds - 1), [b.Digest])), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.BadTime));
    }

    [Fact]
    public void A_replica_votes_for_a_batch_only_when_it_holds_every_body_in_it()
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == "fetchrequests");
        var request = group.Submit("a", 0, 1, 2);
        group.DeliverAll();
        group.Tick(3);
        Assert.Empty(group[3].Said<Prepare>());
        group[3].Submit(request);
        Assert.Single(group[3].Said<Prepare>());
        Assert.Equal(First, group[3].Replica.Executed);
    }

    [Fact]
    public void The_primary_proposes_without_waiting_and_what_gathers_while_the_pipeline_is_full_makes_the_next_batch()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, PipelineDepth = 2 });
        foreach (var name in new[] { "a", "b", "c", "d", "e" }) group.Submit(name);
        Assert.Equal([1, 1], group[0].Of<BroadcastProposal>().Select(proposal => proposal.Batch.Requests.Length));
        group.DeliverAll();
        Assert.Equal([1, 1, 3], group[0].Of<BroadcastProposal>().Select(proposal => proposal.Batch.Requests.Length));
        Assert.Equal(5, group[3].State.Requests.Count);
    }

    [Fact]
    public void The_window_limits_the_primary()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 4, PipelineDepth = 100 });
        group.Drop(envelope => envelope.Name == "checkpoint");
        group.Order(20);
        Assert.Equal(8, group[0].Of<BroadcastProposal>().Count());
        Assert.All(group.Replicas, replica => Assert.Equal(new SequenceNumber(8), replica.Replica.Executed));
    }

    [Fact]
    public void A_request_that_comes_to_two_gateways_is_in_one_batch()
    {
        var group = new TestGroup();
        group.Submit("a");
        group.Submit("a");
        group.DeliverAll();
        group.Submit("a");
        group.DeliverAll();
        Assert.Single(group[0].Of<BroadcastProposal>());
    }

    [Fact]
    public void A_group_of_one_orders_alone()
    {
        var group = new TestGroup(replicas: 1);
        group.Order(20);
        Assert.Equal(new SequenceNumber(20), group[0].Replica.Executed);
        Assert.Equal(new SequenceNumber(16), group[0].Replica.StableCheckpoint!.Vote.Sequence);
    }

    [Fact]
    public void A_crash_group_is_refused_until_its_phases_are_its_own() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TestGroup(replicas: 3, model: FaultModel.Crash));

    internal static ProposalMessage Proposal(int signer, ulong sequence, Batch batch, ulong view = 0) =>
        new(TestGroup.Sign(signer, new PrePrepare(new View(view), new SequenceNumber(sequence), batch.Digest)), batch);

    internal static ProposalMessage Proposal(TestGroup group, int signer, ulong sequence, VerifiedRequest request, ulong view = 0) =>
        Proposal(signer, sequence, new Batch(group.Now, [request.Digest]), view);

    private static int Index(ReplicaHarness replica, Predicate<Effect> which)
    {
        var index = replica.Effects.FindIndex(which);
        Assert.True(index >= 0);
        return index;
    }
}
