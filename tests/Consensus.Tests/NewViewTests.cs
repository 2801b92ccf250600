// PBFT section 4.4, the set O: what a new primary must propose, and what backups refuse. adversary.md row 4.
using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using KvStore.Consensus.Tests.Harness;
using KvStore.Consensus.ViewChanging;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests;

public class NewViewTests
{
    private static readonly TestGroup Group = new();
    private static readonly Digest A = Digest.Of("a"u8);
    private static readonly Digest B = Digest.Of("b"u8);

    [Fact]
    public void The_selection_is_that_of_a_slow_search_position_by_position() => Prop.ForAll<int>(seed =>
    {
        var viewChanges = RandomViewChanges(new Random(seed));
        return NewViewSelection.Select(viewChanges).SequenceEqual(Oracle(viewChanges));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void The_order_of_the_view_changes_does_not_matter() => Prop.ForAll<int>(seed =>
    {
        var viewChanges = RandomViewChanges(new Random(seed));
        return NewViewSelection.Select(viewChanges).SequenceEqual(NewViewSelection.Select([.. viewChanges.Reverse()]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_prepared_and_no_checkpoint_carries_nothing() => Assert.Empty(NewViewSelection.Select([Change(null), Change(null), Change(null)]));

    [Fact]
    public void The_certificate_of_the_highest_view_wins() => Assert.Equal(
        [new CarriedBatch(new SequenceNumber(1), B)],
        NewViewSelection.Select([Change(null, Prepared(1, 2, A)), Change(null, Prepared(1, 3, B)), Change(null, Prepared(1, 1, A))]));

    [Fact]
    public void Gaps_become_null_batches() => Assert.Equal(
        [new CarriedBatch(new SequenceNumber(1), Batch.Null.Digest), new CarriedBatch(new SequenceNumber(2), A)],
        NewViewSelection.Select([Change(null), Change(null, Prepared(2, 0, A)), Change(null)]));

    [Fact]
    public void What_is_at_or_below_the_highest_stable_checkpoint_is_not_carried() => Assert.Equal(
        [new CarriedBatch(new SequenceNumber(9), A)],
        NewViewSelection.Select([Change(8), Change(null, Prepared(7, 0, B), Prepared(8, 0, B), Prepared(9, 0, A)), Change(null)]));

    [Fact]
    public void A_replica_takes_the_new_view_that_follows_and_no_other()
    {
        var (honest, one, two) = (Batch.Null.Digest, Prepared(2, 0, A), Prepared(3, 0, B));
        CarriedBatch[] follows = [Carried(1, honest), Carried(2, A), Carried(3, B)];
        Assert.True(Accepts(1, follows, one, two));
        Assert.False(Accepts(2, follows, one, two)); // Not the view's primary.
        Assert.False(Accepts(1, [], one, two));
        Assert.False(Accepts(1, follows[..2], one, two)); // Omits the last.
        Assert.False(Accepts(1, [Carried(1, honest), Carried(2, honest), Carried(3, B)], one, two)); // Omits one in the middle.
        Assert.False(Accepts(1, [Carried(2, A), Carried(3, B)], one, two)); // Leaves the gap.
        Assert.False(Accepts(1, [Carried(1, honest), Carried(2, B), Carried(3, A)], one, two)); // Reorders.
        Assert.False(Accepts(1, [follows[1], follows[0], follows[2]], one, two));
        Assert.False(Accepts(1, [.. follows, Carried(4, A)], one, two)); // Invents.
        Assert.False(Accepts(1, [Carried(1, A), Carried(2, A), Carried(3, B)], one, two));
    }

    [Fact]
    public void A_second_new_view_of_the_same_primary_is_evidence()
    {
        var group = new TestGroup();
        group.Inject(1, NewView(1, [], [0, 1, 2]), 3);
        group.Inject(1, NewView(1, [], [0, 1, 3]), 3);
        Assert.Equal(1, group[3].Rejections(RejectionKind.Equivocation));
        Assert.Single(group[3].Of<ReportEquivocation>());
    }

    [Fact]
    public void A_new_view_of_a_view_that_was_left_is_not_entered()
    {
        var group = new TestGroup();
        group.Inject(1, ViewChangeTests.ViewChange(1, 2), 3);
        group.Inject(2, ViewChangeTests.ViewChange(2, 2), 3);
        Assert.Equal(new View(2), group[3].Replica.View);
        group.Inject(1, NewView(1, [], [0, 1, 2]), 3);
        Assert.True(group[3].Replica is { Active: false, View.Number: 2 });
    }

    [Fact]
    public void A_new_view_without_a_quorum_of_view_changes_is_refused()
    {
        var group = new TestGroup();
        group.Inject(1, NewView(1, [], [0, 1]), 3);
        Assert.Equal(1, group[3].Rejections(RejectionKind.BadJustification));
        Assert.Equal(View.Initial, group[3].Replica.View);
    }

    private static bool Accepts(int signer, CarriedBatch[] carried, params OrderingCertificate[] prepared)
    {
        var group = new TestGroup();
        group.Inject(signer, NewView(signer, carried, [0, 1, 2], prepared), 3);
        var accepted = group[3].Replica is { Active: true, View.Number: 1 };
        Assert.Equal(accepted ? 0 : 1, group[3].Of<Reject>().Count());
        return accepted;
    }

    private static StatementMessage NewView(int signer, CarriedBatch[] carried, int[] signers, params OrderingCertificate[] prepared)
    {
        var viewChanges = signers.Select(each => TestGroup.Sign(each, new ViewChange(new View(1), null, each == 2 ? [.. prepared] : [])));
        return new StatementMessage(TestGroup.Sign(signer, new NewView(new View(1), [.. viewChanges], [.. carried])));
    }

    private static CarriedBatch Carried(ulong sequence, Digest batch) => new(new SequenceNumber(sequence), batch);

    private static ViewChange Change(ulong? stable, params OrderingCertificate[] prepared) => new(
        new View(9), stable is { } at ? Group.Certify(new Checkpoint(new SequenceNumber(at), A, B)) : null, [.. prepared]);

    private static OrderingCertificate Prepared(ulong sequence, ulong view, Digest batch) =>
        new(Group.Certify(new Prepare(new View(view), new SequenceNumber(sequence), batch)));

    // In one view one batch is prepared at a position, as two quorums share a correct replica.
    private static ImmutableArray<ViewChange> RandomViewChanges(Random random) => [.. Enumerable.Range(0, Group.Config.Quorum).Select(_ =>
    {
        ulong? stable = random.Next(3) == 0 ? (ulong)random.Next(1, 6) : null;
        var low = stable ?? 0;
        var prepared = Enumerable.Range(1, 8).Select(offset => low + (ulong)offset).Where(_ => random.Next(2) == 0).Select(sequence =>
        {
            var view = (ulong)random.Next(4);
            return Prepared(sequence, view, Digest.Of(System.Text.Encoding.ASCII.GetBytes($"{sequence} in {view}")));
        });
        return Change(stable, [.. prepared]);
    })];

    private static List<CarriedBatch> Oracle(ImmutableArray<ViewChange> viewChanges)
    {
        var low = viewChanges.Max(each => each.Stable?.Vote.Sequence.Number ?? 0);
        var all = viewChanges.SelectMany(each => each.Prepared).Select(certificate => certificate.Vote).ToList();
        var carried = new List<CarriedBatch>();
        for (var position = low + 1; all.Exists(vote => vote.Sequence.Number >= position); position++)
        {
            var here = all.Where(vote => vote.Sequence.Number == position).OrderBy(vote => vote.View.Number).LastOrDefault();
            carried.Add(new CarriedBatch(new SequenceNumber(position), here?.Batch ?? Batch.Null.Digest));
        }

        return carried;
    }
}
