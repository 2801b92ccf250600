// PBFT section 4.2: "a certificate is a set of matching messages from different replicas". adversary.md rows 3, 6 and 20.
using KvStore.Consensus.NormalCase;
using KvStore.Consensus.Tests.Harness;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class VoteTests
{
    private static readonly GroupConfig Four = new(4);

    [Fact]
    public void Votes_are_counted_per_replica_and_not_per_message()
    {
        var votes = new VoteSet<Prepare>(Four);
        for (var i = 0; i < 10; i++)
        {
            var outcome = votes.Add(Vote(0, "a"));
            Assert.True(i == 0 ? outcome is VoteOutcome<Prepare>.Added : outcome is VoteOutcome<Prepare>.Duplicate);
        }

        Assert.IsType<VoteOutcome<Prepare>.Added>(votes.Add(Vote(1, "a")));
        var quorum = Assert.IsType<VoteOutcome<Prepare>.Quorum>(votes.Add(Vote(2, "a")));
        Assert.Equal([0, 1, 2], quorum.Certificate.Signatures.Select(part => (int)part.Signer.Index));
    }

    // bft-smart/library#62: messages were counted, whatever they said.
    [Fact]
    public void A_quorum_is_of_the_same_value_and_not_of_enough_messages()
    {
        var votes = new VoteSet<Prepare>(Four);
        Assert.IsType<VoteOutcome<Prepare>.Added>(votes.Add(Vote(0, "a")));
        Assert.IsType<VoteOutcome<Prepare>.Added>(votes.Add(Vote(1, "b")));
        Assert.IsType<VoteOutcome<Prepare>.Added>(votes.Add(Vote(2, "a")));
        var quorum = Assert.IsType<VoteOutcome<Prepare>.Quorum>(votes.Add(Vote(3, "a")));
        Assert.Equal([0, 2, 3], quorum.Certificate.Signatures.Select(part => (int)part.Signer.Index));
    }

    [Fact]
    public void A_quorum_is_reported_once()
    {
        var votes = new VoteSet<Prepare>(Four);
        var outcomes = Enumerable.Range(0, 4).Select(signer => votes.Add(Vote(signer, "a"))).ToList();
        Assert.Single(outcomes.OfType<VoteOutcome<Prepare>.Quorum>());
        Assert.IsType<VoteOutcome<Prepare>.Added>(outcomes[3]);
    }

    [Fact]
    public void Of_two_contradictory_votes_the_first_stands_and_both_are_evidence()
    {
        var votes = new VoteSet<Prepare>(Four);
        votes.Add(Vote(0, "a"));
        var conflict = Assert.IsType<VoteOutcome<Prepare>.Conflict>(votes.Add(Vote(0, "b")));
        Assert.Equal(Digest.Of("a"u8), conflict.Earlier.Statement.Batch);
        Assert.Equal(Digest.Of("a"u8), votes.Of(new ReplicaId(0))!.Statement.Batch);
    }

    [Fact]
    public void A_backup_that_votes_twice_is_reported_and_the_view_goes_on()
    {
        var group = new TestGroup();
        foreach (var text in new[] { "a", "b" }) group.Inject(2, Message(2, text), 1);
        Assert.Equal(1, group[1].Rejections(RejectionKind.Equivocation));
        Assert.Single(group[1].Of<ReportEquivocation>());
        Assert.True(group[1].Replica.Active);
    }

    [Fact]
    public void A_primary_that_votes_twice_is_reported_and_the_view_is_left()
    {
        var group = new TestGroup();
        foreach (var text in new[] { "a", "b" }) group.Inject(0, Message(0, text), 1);
        Assert.Single(group[1].Of<ReportEquivocation>());
        Assert.False(group[1].Replica.Active);
    }

    // A liar that tells each replica one thing contradicts itself before none of them; but what they show each other carries its signatures.
    [Fact]
    public void Whoever_voted_otherwise_here_than_a_certificate_shows_is_reported()
    {
        var group = new TestGroup();
        group.Inject(2, Message(2, "a"), 3);
        var prepared = new OrderingCertificate(group.Certify(Vote(2, "b").Statement));
        group.Inject(0, new StatementMessage(TestGroup.Sign(0, new ViewChange(new View(1), null, [prepared]))), 3);
        AssertEvidence(group[3], 2);

        var batch = new Batch(group.Now, []);
        group.Inject(1, new StatementMessage(TestGroup.Sign(1, new Commit(default, new SequenceNumber(1), Digest.Of("a"u8)))), 2);
        group.Inject(0, new CommittedMessage(group.Certify(new Commit(default, new SequenceNumber(1), batch.Digest)), batch), 2);
        AssertEvidence(group[2], 1);
        Assert.True(group[2].Replica.Active);
        Assert.Equal(new SequenceNumber(1), group[2].Replica.Executed);
    }

    [Fact]
    public void Whoever_voted_in_another_view_than_a_certificate_is_of_or_the_same_is_not()
    {
        var group = new TestGroup();
        group.Inject(2, Message(2, "a"), 3);
        foreach (var (view, text) in ((ulong, string)[])[(1, "b"), (0, "a")])
        {
            var prepared = new OrderingCertificate(group.Certify(Vote(2, text).Statement with { View = new View(view) }));
            group.Inject((int)view, new StatementMessage(TestGroup.Sign((int)view, new ViewChange(new View(2), null, [prepared]))), 3);
        }

        Assert.Empty(group[3].Of<ReportEquivocation>());
    }

    private static void AssertEvidence(ReplicaHarness witness, int signer)
    {
        var evidence = Assert.Single(witness.Of<ReportEquivocation>());
        Assert.All([evidence.Earlier, evidence.Later], side => Assert.Equal(signer, side.Signer.Index));
        Assert.True(Contradiction.Between(evidence.Earlier.UntypedStatement, evidence.Later.UntypedStatement));
    }

    [Fact]
    public void Votes_that_come_before_the_proposal_are_kept_for_it()
    {
        var group = new TestGroup();
        group.Hold(envelope => envelope.Name == "preprepare" && envelope.To.Index == 3);
        group.Submit("a");
        group.DeliverAll();
        Assert.Empty(group[3].Said<Prepare>());
        group.Heal();
        group.DeliverAll();
        Assert.Single(group[3].Said<Prepare>());
        Assert.Equal(new SequenceNumber(1), group[3].Replica.Executed);
    }

    // circlefin/malachite#922: sending the last vote again was not enough.
    [Theory]
    [InlineData("preprepare")]
    [InlineData("prepare")]
    [InlineData("commit")]
    public void Lost_votes_are_sent_again_until_there_is_progress(string lost)
    {
        var group = new TestGroup();
        group.Drop(envelope => envelope.Name == lost);
        group.Submit("a");
        group.DeliverAll();
        Assert.All(group.Replicas, replica => Assert.Equal(SequenceNumber.Genesis, replica.Replica.Executed));
        group.Heal();
        group.Tick(30);
        Assert.All(group.Replicas, replica => Assert.Equal(new SequenceNumber(1), replica.Replica.Executed));
        Assert.All(group.Replicas, replica => Assert.Equal(View.Initial, replica.Replica.View));
    }

    [Fact]
    public void Every_second_message_lost_delays_and_does_not_stop()
    {
        var group = new TestGroup();
        var sent = 0;
        group.Drop(_ => ++sent % 2 == 0);
        for (var i = 0; i < 10; i++) group.Submit($"r{i}");
        group.TickUntil(() => group.Replicas.All(replica => replica.State.Requests.Count == 10));
    }

    private static Verified<Prepare> Vote(int signer, string batch) =>
        MessageVerifier.Own(TestGroup.Sign(signer, new Prepare(default, new SequenceNumber(1), Digest.Of(System.Text.Encoding.ASCII.GetBytes(batch)))));

    private static StatementMessage Message(int signer, string batch) => new(Vote(signer, batch).Signed);
}
