// The only maker of verified statements. adversary.md rows 3, 4, 7 and 8.
using System.Collections.Immutable;

namespace KvStore.Protocol.Tests;

public class MessageVerifierTests
{
    private static readonly Checkpoint Mark = Samples.Checkpoint;

    [Fact]
    public void Every_sample_is_accepted()
    {
        foreach (var (name, message) in Samples.Messages) Assert.True(Judge(message) == default, $"{name}: {Judge(message)}");
    }

    [Fact]
    public void A_statement_with_any_other_signer_content_or_signature_is_refused()
    {
        var signed = Samples.Sign(1, Samples.Prepare);
        Assert.Equal(RejectionKind.BadSignature, Judge(new Signed<Prepare>(signed.Statement, new ReplicaId(2), signed.Signature)));
        Assert.Equal(RejectionKind.BadSignature, Judge(new Signed<Prepare>(signed.Statement with { View = new View(6) }, signed.Signer, signed.Signature)));
        Assert.Equal(RejectionKind.BadSignature, Judge(new Signed<Prepare>(signed.Statement, signed.Signer, default)));
        Assert.Equal(RejectionKind.UnknownSigner, Judge(new Signed<Prepare>(signed.Statement, new ReplicaId(4), signed.Signature)));
    }

    [Fact]
    public void A_prepare_is_no_commit_although_their_fields_are_the_same()
    {
        var signature = Samples.Sign(1, Samples.Prepare).Signature;
        Assert.Equal(RejectionKind.BadSignature, Judge(new Signed<Commit>(Samples.Commit, new ReplicaId(1), signature)));
        Assert.Equal(RejectionKind.BadSignature, Judge(new ProposalMessage(new Signed<PrePrepare>(Samples.PrePrepare, new ReplicaId(1), signature), Samples.Batch)));
    }

    [Fact]
    public void A_pre_prepare_without_its_batch_is_malformed() => Assert.Equal(RejectionKind.Malformed, Judge(Samples.Sign(1, Samples.PrePrepare)));

    [Fact]
    public void A_certificate_one_vote_short_is_refused() => Refused(Samples.CertifyBy(Mark, [0, 1]));

    // bft-smart/library PR#121.
    [Fact]
    public void A_certificate_that_repeats_a_signer_is_refused()
    {
        Refused(Samples.CertifyBy(Mark, [0, 1, 1]));
        Refused(Samples.CertifyBy(Mark, [1, 0, 1]));
        Refused(Samples.CertifyBy(Mark, [2, 2, 2]));
    }

    [Fact]
    public void A_certificate_that_names_a_non_member_is_refused()
    {
        Refused(Samples.CertifyBy(Mark, [0, 1, 4]));
        Refused(Samples.CertifyBy(Mark, [0, 1, ushort.MaxValue]));
    }

    [Fact]
    public void A_certificate_with_any_vote_for_another_value_is_refused()
    {
        Checkpoint[] others =
        [
            Mark with { Sequence = Mark.Sequence.Next }, Mark with { StateRoot = Mark.LedgerRoot }, Mark with { LedgerRoot = Mark.StateRoot },
        ];
        foreach (var other in others) Refused(Mixed(Mark, Samples.Sign(3, other).Signature));
        Assert.Equal(default, Judge(new StableMessage(Mixed(Mark, Samples.Sign(3, Mark).Signature))));
    }

    [Fact]
    public void A_certificate_that_mixes_views_positions_or_batches_is_refused()
    {
        Commit[] others =
        [
            Samples.Commit with { View = new View(4) }, Samples.Commit with { Sequence = new SequenceNumber(131) }, Samples.Commit with { Batch = Digest.Zero },
        ];
        foreach (var other in others)
        {
            var message = new CommittedMessage(Mixed(Samples.Commit, Samples.Sign(3, other).Signature), Samples.Batch);
            Assert.Equal(RejectionKind.BadCertificate, Judge(message));
        }
    }

    [Fact]
    public void A_certificate_of_another_cluster_group_or_epoch_is_refused()
    {
        var here = Samples.Context;
        foreach (var other in new[] { here with { Cluster = default }, here with { Group = new GroupId(1) }, here with { Epoch = new Epoch(4) } })
        {
            Refused(Samples.Certify(Mark, other));
            Refused(Mixed(Mark, Samples.Sign(3, Mark, other).Signature));
        }
    }

    [Fact]
    public void A_prepare_certificate_is_no_commit_certificate()
    {
        var prepares = Samples.Certify(Samples.Prepare);
        Assert.Equal(RejectionKind.BadCertificate, Judge(new CommittedMessage(new QuorumCertificate<Commit>(Samples.Commit, prepares.Signatures), Samples.Batch)));
    }

    [Fact]
    public void A_committed_batch_that_is_not_the_certificates_is_refused() =>
        Assert.Equal(RejectionKind.BadBatch, Judge(new CommittedMessage(Samples.Certify(Samples.Commit), Batch.Null)));

    [Fact]
    public void A_proposal_whose_batch_has_another_digest_or_repeats_a_request_is_refused()
    {
        Assert.Equal(RejectionKind.BadBatch, Judge(new ProposalMessage(Samples.Sign(1, Samples.PrePrepare), Batch.Null)));
        var twice = new Batch(Samples.Batch.Time, [Digest.Of("a"u8), Digest.Of("b"u8), Digest.Of("a"u8)]);
        Assert.Equal(RejectionKind.BadBatch, Judge(new ProposalMessage(Samples.Sign(1, Samples.PrePrepare with { Batch = twice.Digest }), twice)));
    }

    [Fact]
    public void A_request_is_refused_on_its_clients_signature_whoever_passes_it_on()
    {
        var good = Samples.PutRequest;
        var altered = Samples.Unsigned(Samples.Operation(OperationMethod.Put, "/v1/kv/greeting", "", "hellO"), 7, good.Signature);
        Assert.Equal(RejectionKind.BadSignature, Judge(new RequestsMessage([good, altered])));
        Assert.Equal(RejectionKind.BadSignature, Judge(new RequestsMessage([Samples.Unsigned(good.Operation, 8, good.Signature)])));
        Assert.Equal(RejectionKind.BadSignature, Judge(new RequestsMessage([Samples.Request(good.Operation, cluster: default(ClusterId))])));
    }

    [Fact]
    public void A_read_index_answer_needs_a_certificate_for_its_own_position()
    {
        Assert.Equal(RejectionKind.BadCertificate, Judge(new ReadIndexAnswer(7, new SequenceNumber(131), Samples.Prepared)));
        var short1 = new OrderingCertificate(Samples.CertifyBy(Samples.Prepare, [0, 1]));
        Assert.Equal(RejectionKind.BadCertificate, Judge(new ReadIndexAnswer(7, new SequenceNumber(130), short1)));
    }

    [Fact]
    public void What_somebody_is_said_to_have_said_is_refused_unless_it_was_signed_by_them()
    {
        var good = Samples.Messages.Select(each => each.Message).OfType<RecalledMessage>().Single();
        Assert.Equal(default, Judge(good));
        var other = new Signed<Prepare>(Samples.Prepare, new ReplicaId(2), Samples.Sign(1, Samples.Prepare).Signature);
        Assert.Equal(RejectionKind.BadSignature, Judge(good with { Statements = [Samples.Sign(1, Samples.Commit), other] }));
        var nobody = new Signed<Prepare>(Samples.Prepare, new ReplicaId(9), Samples.Sign(1, Samples.Prepare).Signature);
        Assert.Equal(RejectionKind.UnknownSigner, Judge(good with { Statements = [nobody] }));
    }

    [Fact]
    public void A_verification_that_is_remembered_is_of_the_same_content_only()
    {
        var cache = new Remembers();
        var verifier = new MessageVerifier(Samples.Context, Samples.Group, Samples.Consensus, Samples.Members, Ed25519.Instance, cache);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(verifier.TryVerify(new StableMessage(Samples.Certify(Mark)), out _, out _));
            Assert.True(verifier.TryVerify(Samples.PutRequest, out _));
            Assert.False(verifier.TryVerify(new StableMessage(Samples.CertifyBy(Mark with { StateRoot = default }, [0, 1])), out _, out _));
            Assert.False(verifier.TryVerify(new StableMessage(Mixed(Mark, default)), out _, out _));
            Assert.False(verifier.TryVerify(Samples.Unsigned(Samples.PutRequest.Operation, 7, default), out _));
        }

        Assert.Equal(2, cache.Count);
    }

    internal static RejectionKind Judge(PeerMessage message)
    {
        var good = Samples.Verifier.TryVerify(message, out _, out var rejection);
        Assert.Equal(good, rejection == default);
        return rejection;
    }

    internal static RejectionKind Judge(Signed signed) => Judge(new StatementMessage(signed));

    private static void Refused(QuorumCertificate<Checkpoint> certificate) => Assert.Equal(RejectionKind.BadCertificate, Judge(new StableMessage(certificate)));

    private static QuorumCertificate<TVote> Mixed<TVote>(TVote vote, Signature third)
        where TVote : Vote
    {
        var good = Samples.CertifyBy(vote, [0, 1]).Signatures;
        return new QuorumCertificate<TVote>(vote, [.. good, new VoteSignature(new ReplicaId(3), third)]);
    }

    private sealed class Remembers : IVerificationCache
    {
        private readonly HashSet<Digest> _digests = [];

        public int Count => _digests.Count;

        public bool Contains(Digest verified) => _digests.Contains(verified);

        public void Add(Digest verified) => _digests.Add(verified);
    }
}
