// PBFT section 4.4: what a VIEW-CHANGE and a NEW-VIEW must carry. adversary.md row 4.
using System.Collections.Immutable;
using static KvStore.Protocol.Tests.MessageVerifierTests;

namespace KvStore.Protocol.Tests;

public class ViewChangeVerifierTests
{
    private static readonly View Six = new(6);

    [Fact]
    public void A_view_change_to_the_first_view_is_refused() =>
        Assert.Equal(RejectionKind.BadJustification, Judge(Samples.Sign(1, new ViewChange(View.Initial, null, []))));

    [Fact]
    public void Prepare_certificates_of_its_own_or_a_later_view_are_refused()
    {
        foreach (var (view, expected) in new[] { (4UL, default), (5UL, default), (6UL, RejectionKind.BadJustification), (7UL, RejectionKind.BadJustification) })
            Assert.Equal(expected, Judge(ViewChange(null, Prepared(1, view))));
    }

    [Fact]
    public void Prepare_certificates_outside_the_window_above_its_stable_checkpoint_are_refused()
    {
        var stable = Samples.Certify(Samples.Checkpoint); // At 128; the window is 256.
        foreach (var (sequence, good) in new[] { (127UL, false), (128UL, false), (129UL, true), (384UL, true), (385UL, false) })
            Assert.Equal(good ? default : RejectionKind.BadJustification, Judge(ViewChange(stable, Prepared(sequence))));
    }

    [Fact]
    public void Prepare_certificates_out_of_order_or_twice_for_a_position_are_refused()
    {
        Assert.Equal(default, Judge(ViewChange(null, Prepared(1), Prepared(2))));
        Assert.Equal(RejectionKind.BadJustification, Judge(ViewChange(null, Prepared(2), Prepared(1))));
        Assert.Equal(RejectionKind.BadJustification, Judge(ViewChange(null, Prepared(1), Prepared(1, view: 4))));
    }

    [Fact]
    public void A_view_change_with_a_false_certificate_is_refused()
    {
        Assert.Equal(RejectionKind.BadCertificate, Judge(ViewChange(Samples.CertifyBy(Samples.Checkpoint, [0, 1]))));
        var vote = new Prepare(new View(5), new SequenceNumber(1), Digest.Zero);
        Assert.Equal(RejectionKind.BadCertificate, Judge(ViewChange(null, new OrderingCertificate(Samples.CertifyBy(vote, [0, 1])))));
    }

    // nandatown PR#191; relab/hotstuff PR#55.
    [Fact]
    public void A_new_view_with_a_forged_view_change_is_refused()
    {
        var (a, b, c) = (Empty(0), Empty(1), Empty(3));
        Assert.Equal(default, Judge(NewView(a, b, c)));
        Assert.Equal(RejectionKind.BadSignature, Judge(NewView(a, b, new Signed<ViewChange>(c.Statement, c.Signer, a.Signature))));
        Assert.Equal(RejectionKind.BadSignature, Judge(NewView(a, b, new Signed<ViewChange>(new ViewChange(Six, null, [Prepared(1)]), c.Signer, c.Signature))));
    }

    [Fact]
    public void A_new_view_with_too_few_view_changes_or_one_twice_is_refused()
    {
        Assert.Equal(RejectionKind.BadJustification, Judge(NewView(Empty(0), Empty(1))));
        Assert.Equal(RejectionKind.BadJustification, Judge(NewView(Empty(0), Empty(1), Empty(1))));
        Assert.Equal(RejectionKind.BadJustification, Judge(NewView(Empty(1), Empty(0), Empty(3))));
        Assert.Equal(RejectionKind.UnknownSigner, Judge(NewView(Empty(0), Empty(1), Empty(4))));
    }

    [Fact]
    public void A_new_view_with_a_view_change_for_another_view_is_refused() =>
        Assert.Equal(RejectionKind.BadJustification, Judge(NewView(Empty(0), Empty(1), Samples.Sign(3, new ViewChange(new View(5), null, [])))));

    [Fact]
    public void A_new_view_with_a_view_change_that_would_be_refused_alone_is_refused()
    {
        var late = Samples.Sign(3, new ViewChange(Six, null, [Prepared(1, view: 6)]));
        Assert.Equal(RejectionKind.BadJustification, Judge(NewView(Empty(0), Empty(1), late)));
        var forged = Samples.Sign(3, new ViewChange(Six, Samples.CertifyBy(Samples.Checkpoint, [0, 1]), []));
        Assert.Equal(RejectionKind.BadCertificate, Judge(NewView(Empty(0), Empty(1), forged)));
    }

    private static Signed<ViewChange> Empty(int signer) => Samples.Sign(signer, new ViewChange(Six, null, []));

    private static Signed<ViewChange> ViewChange(QuorumCertificate<Checkpoint>? stable, params OrderingCertificate[] prepared) =>
        Samples.Sign(1, new ViewChange(Six, stable, [.. prepared]));

    private static Signed<NewView> NewView(params Signed<ViewChange>[] viewChanges) => Samples.Sign(2, new NewView(Six, [.. viewChanges], []));

    private static OrderingCertificate Prepared(ulong sequence, ulong view = 5) =>
        new(Samples.Certify(new Prepare(new View(view), new SequenceNumber(sequence), Digest.Zero)));
}
