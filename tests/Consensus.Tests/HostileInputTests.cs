// protocol.md section 14: every bad input has an outcome, and none of them is an exception. adversary.md rows 31 and 32.
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class HostileInputTests
{
    private const ulong Far = ulong.MaxValue;

    // The position after the one that a peer says it has executed was computed with overflow checks on: one status ended every correct replica.
    [Fact]
    public void A_status_with_the_largest_numbers_is_taken_by_every_replica()
    {
        var group = new TestGroup();
        group.Order(3);
        foreach (var number in new[] { Far, Far - 1, Far - 63, Far - 64, 1UL << 63 })
        {
            var position = new SequenceNumber(number);
            group.Inject(3, new StatusMessage(new View(number), Active: true, position, position, position, Rejoining: false), 0, 1, 2);
            group.Tick();
        }

        group.Order(2, "more");
        Assert.Equal(5UL, group[0].Replica.Executed.Number);
    }

    [Fact]
    public void Every_message_with_the_largest_numbers_is_taken_or_rejected()
    {
        var group = new TestGroup();
        group.Order(3);
        var (view, sequence, time) = (new View(Far), new SequenceNumber(Far), new Timestamp(Far));
        var batch = new Batch(time, []);
        var prepared = new OrderingCertificate(group.Certify(new Prepare(view, sequence, batch.Digest)));
        Statement[] statements = [new Prepare(view, sequence, Digest.Zero), new Commit(view, sequence, Digest.Zero), new Checkpoint(sequence, Digest.Zero, Digest.Zero)];
        PeerMessage[] messages =
        [
            NormalCaseTests.Proposal(0, Far, batch, Far), NormalCaseTests.Proposal(0, Far, batch), NormalCaseTests.Proposal(0, 4, batch),
            ViewChangeTests.ViewChange(3, Far),
            new StatementMessage(TestGroup.Sign(3, new ViewChange(view, null, [prepared]))),
            new StatementMessage(TestGroup.Sign(3, new NewView(view, [], [new CarriedBatch(sequence, Digest.Zero)]))),
            new FetchChunkMessage(sequence, Digest.Zero), new ChunkMessage(sequence, Digest.Zero, default), new ReadIndexQuery(Far),
            new ReadIndexAnswer(Far, sequence, prepared), new ReadIndexAnswer(Far, sequence, null),
            new FetchBatchesMessage([Digest.Zero]), new FetchRequestsMessage([Digest.Zero]), new BatchesMessage([batch]),
            new RequestsMessage([]), new FetchBatchesMessage([]), new FetchRequestsMessage([]), new BatchesMessage([]),
            .. statements.Select(statement => new StatementMessage(Sign(statement))),
        ];
        foreach (var message in messages) group.Inject(3, message, 0, 1, 2);
        group.Tick(20);
        group.Order(2, "more");
        Assert.True(group[0].Replica.Executed.Number >= 5);
    }

    [Fact]
    public void Far_future_positions_and_views_take_no_memory()
    {
        var group = new TestGroup();
        var before = group[1].Replica.Sizes;
        for (var i = 0UL; i < 3000; i++)
        {
            group.Inject(3, new StatementMessage(Sign(new Prepare(default, new SequenceNumber(1000 + i), Digest.Zero))), 1);
            group.Inject(3, new StatementMessage(Sign(new Commit(new View(1000 + i), new SequenceNumber(1), Digest.Zero))), 1);
            group.Inject(3, new StatementMessage(Sign(new Checkpoint(new SequenceNumber(1000 + i), Digest.Zero, Digest.Zero))), 1);
            group.Inject(3, ViewChangeTests.ViewChange(3, 1000 + i), 1);
        }

        Assert.Equal(before, group[1].Replica.Sizes);
    }

    [Fact]
    public void Floods_of_votes_inside_the_bounds_take_bounded_memory()
    {
        var group = new TestGroup();
        var window = (ulong)group.Consensus.Window;
        for (var i = 0UL; i < 3000; i++)
        {
            group.Inject(3, new StatementMessage(Sign(new Prepare(default, new SequenceNumber(1 + (i % window)), Unique(i)))), 1);
            group.Inject(3, new StatementMessage(Sign(new Prepare(new View(1 + (i % 2)), new SequenceNumber(1 + (i % window)), Unique(i)))), 1);
            group.Inject(3, new StatementMessage(Sign(new Checkpoint(new SequenceNumber(1 + (i % window)), Unique(i), Unique(i)))), 1);
            group.Inject(3, new BatchesMessage([new Batch(new Timestamp(i), [])]), 1);
        }

        var sizes = group[1].Replica.Sizes;
        Assert.Equal((int)window, sizes.Slots);
        Assert.Equal((int)window, sizes.CheckpointPositions);
        Assert.Equal(128, sizes.EarlyMessages);
        group.Order(20);
        Assert.All(group.Replicas, replica => Assert.Equal(20UL, replica.Replica.Executed.Number));
    }

    [Fact]
    public void Requests_beyond_the_bound_are_refused_and_the_rest_is_served()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 8, PendingRequestsMax = 10 });
        for (var i = 0; i < 50; i++) group.Submit($"r{i}", 1);
        Assert.Equal(10, group[1].Replica.Sizes.PendingRequests);
        Assert.Equal(40, group[1].Of<RefuseRequest>().Count());
        for (var i = 50; i < 60; i++) group.Inject(3, new RequestsMessage([group.Request($"r{i}").Request]), 1);
        Assert.Equal(10, group[1].Rejections(RejectionKind.OverQuota));
        group.Tick(20);
        Assert.Equal(0, group[1].Replica.Sizes.PendingRequests);
    }

    [Fact]
    public void Hours_of_load_with_one_replica_dead_leave_everything_bounded()
    {
        var group = new TestGroup(consensus: new ConsensusConfig { CheckpointInterval = 4, RetainedBatchesMax = 16 });
        group[3].Stop();
        for (var round = 0; round < 50; round++)
        {
            group.Order(10, $"round{round}-");
            group.Tick(3);
            foreach (var replica in group.Running)
            {
                Assert.InRange(replica.Replica.Sizes.Slots, 0, 16 + 8);
                Assert.InRange(replica.Replica.Sizes.Bodies, 0, 16 + 8);
                Assert.InRange(replica.Log.Count, 0, 60);
                Assert.InRange(replica.Replica.Sizes.CheckpointPositions, 0, 8);
            }
        }
    }

    // A position below the checkpoint that opened the view is the group's past, although this replica has not got there: the primary has nothing to say about it.
    [Fact]
    public void A_new_primary_cannot_propose_at_positions_that_its_own_new_view_says_are_past()
    {
        var group = new TestGroup();
        group.Isolate(3);
        group.Isolate(0);
        var stable = group.Certify(new Checkpoint(new SequenceNumber(8), Digest.Of("s"u8), Digest.Of("l"u8)));
        var viewChanges = new[] { 0, 1, 2 }.Select(signer => TestGroup.Sign(signer, new ViewChange(new View(1), signer == 1 ? stable : null, [])));
        group.Inject(1, new StatementMessage(TestGroup.Sign(1, new NewView(new View(1), [.. viewChanges], []))), 3);
        Assert.True(group[3].Replica is { Active: true, View.Number: 1 });
        var request = group.Submit("a", 3);
        group.Inject(1, NormalCaseTests.Proposal(group, 1, 5, request, view: 1), 3);
        Assert.Empty(group[3].Said<Prepare>());
        Assert.Equal(1, group[3].Rejections(RejectionKind.OutOfWindow));
        group.Inject(1, NormalCaseTests.Proposal(group, 1, 9, request, view: 1), 3);
        Assert.Single(group[3].Said<Prepare>());
    }

    [Fact]
    public void A_proposal_against_a_commit_certificate_gets_no_vote_and_its_primary_is_suspected()
    {
        var group = new TestGroup();
        group.Isolate(3);
        var (a, b) = (group.Submit("a", 3), group.Submit("b", 3));
        var batch = new Batch(group.Now, [a.Digest]);
        group.Inject(1, new CommittedMessage(group.Certify(new Commit(default, new SequenceNumber(1), batch.Digest)), batch), 3);
        Assert.Equal(1UL, group[3].Replica.Executed.Number);
        group.Inject(0, NormalCaseTests.Proposal(group, 0, 1, b), 3);
        Assert.Empty(group[3].Said<Prepare>());
        Assert.False(group[3].Replica.Active);
        group[3].Restart(StartMode.Restart);
        Assert.Equal(1UL, group[3].Replica.Executed.Number);
    }

    private static Signed Sign(Statement statement) => statement switch
    {
        Prepare it => TestGroup.Sign(3, it),
        Commit it => TestGroup.Sign(3, it),
        Checkpoint it => TestGroup.Sign(3, it),
        _ => throw new ArgumentOutOfRangeException(nameof(statement)),
    };

    private static Digest Unique(ulong number) => Digest.Of(BitConverter.GetBytes(number));
}
