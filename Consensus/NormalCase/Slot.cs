using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.NormalCase;

/// <summary>Everything that a replica holds about one position.</summary>
internal sealed class Slot(SequenceNumber sequence, GroupConfig group, ulong createdTick)
{
    // The batches that the proposal, the certificates and the last accepted proposals name.
    private readonly List<Batch> _batches = new(1);

    public SequenceNumber Sequence { get; } = sequence;

    /// <summary>When the slot was made, or its view began; what is younger is not sent again yet.</summary>
    public ulong SinceTick { get; private set; } = createdTick;

    /// <summary>The digest proposed at this position in the open view: by a PrePrepare or a NewView. At most one.</summary>
    public Digest? Proposed { get; private set; }

    /// <summary>The PrePrepare, where one came (a NewView needs none).</summary>
    public Verified<PrePrepare>? PrePrepare { get; set; }

    /// <summary>Whether the proposal was logged with all bodies and its Prepare vote sent, in the open view.</summary>
    public bool Accepted { get; private set; }

    /// <summary>Whether the Commit vote was sent, in the open view.</summary>
    public bool CommitVoted { get; set; }

    /// <summary>How the others' Commits follow the own one in the open view, where the primary is monitored; null before it.</summary>
    public VoteEcho? Echo { get; set; }

    public VoteSet<Prepare> Prepares { get; private set; } = new(group);

    public VoteSet<Commit> Commits { get; private set; } = new(group);

    /// <summary>The certificate of the highest view that shows a batch prepared at this position.</summary>
    public OrderingCertificate? Prepared { get; private set; }

    /// <summary>The batch that this replica voted to commit here, in whatever view; the last one.</summary>
    public Digest? CommitVotedFor { get; set; }

    /// <summary>
    /// The certificate that this replica stands for in a ViewChange: of a batch that it voted to commit, has in its log, or knows to be committed. Of any other
    /// it may not have the bodies after a crash, nor anybody else but a liar, and views that carry it would wait for them for ever. PBFT's P asks for the proposal too.
    /// </summary>
    public OrderingCertificate? Reported => Prepared is { } prepared && StandsFor(prepared.Vote.Batch) ? prepared : null;

    public QuorumCertificate<Commit>? Committed { get; private set; }

    /// <summary>The bodies of the executed batch, kept for replicas that lag; default before execution.</summary>
    public ImmutableArray<VerifiedRequest> ExecutedBodies { get; set; }

    public bool IsExecuted => !ExecutedBodies.IsDefault;

    /// <summary>The batch that is in the log with its bodies, because it was accepted here, or was written with its certificate; the last one.</summary>
    public Digest? Logged { get; set; }

    /// <summary>
    /// The batches whose bodies this slot keeps in the pool: those accepted in the last few views and the executed one. A batch that was passed over may
    /// have a certificate that only a liar holds until a later view; who voted for it must be able to serve it then.
    /// </summary>
    public List<Batch> Pinned { get; } = new(1);

    /// <summary>The batch of a digest that this slot names, when it is held.</summary>
    public Batch? Find(Digest digest) => _batches.Find(batch => batch.Digest == digest);

    public Batch? ProposedBatch => Proposed is { } digest ? Find(digest) : null;

    public Batch? CommittedBatch => Committed is { } certificate ? Find(certificate.Vote.Batch) : null;

    /// <summary>Whether this slot names the digest and lacks its batch.</summary>
    public bool Lacks(Digest digest) => Find(digest) is null && Names(digest);

    public bool Names(Digest digest) => Proposed == digest || Prepared?.Vote.Batch == digest || Committed?.Vote.Batch == digest || Pinned.Exists(pinned => pinned.Digest == digest);

    /// <summary>The digests that this slot names, where it holds their batches.</summary>
    public IEnumerable<Digest> NamedDigests => _batches.Select(batch => batch.Digest);

    /// <summary>Takes a batch that this slot names.</summary>
    public void Hold(Batch batch)
    {
        if (!Names(batch.Digest) || Find(batch.Digest) is not null) return;
        _batches.RemoveAll(held => !Names(held.Digest));
        _batches.Add(batch);
    }

    /// <summary>Takes those of the batches that this slot names.</summary>
    public void HoldNamed(LookupTable<Digest, Batch> batches)
    {
        if (Proposed is { } proposed && batches.TryGetValue(proposed, out var batch)) Hold(batch);
        if (Prepared is { } prepared && batches.TryGetValue(prepared.Vote.Batch, out batch)) Hold(batch);
        if (Committed is { } committed && batches.TryGetValue(committed.Vote.Batch, out batch)) Hold(batch);
    }

    private bool StandsFor(Digest batch) => batch == CommitVotedFor || batch == Logged || batch == Committed?.Vote.Batch || batch == Batch.Null.Digest;

    public void Propose(Digest digest, Verified<PrePrepare>? prePrepare)
    {
        Invariant.Holds(Proposed is null);
        Proposed = digest;
        PrePrepare = prePrepare;
        if (digest == Batch.Null.Digest) Hold(Batch.Null);
    }

    public void Accept()
    {
        Invariant.Holds(!Accepted && ProposedBatch is not null);
        Accepted = true;
        Logged = ProposedBatch!.Digest;
    }

    /// <summary>Takes a certificate that a batch is prepared here, unless one of a later view is known.</summary>
    public bool TakePrepared(OrderingCertificate certificate)
    {
        if (Prepared is { } known && known.Vote.View >= certificate.Vote.View) return false;
        Prepared = certificate;
        return true;
    }

    public void Commit(QuorumCertificate<Commit> certificate)
    {
        // Agreement, seen from here: two commit certificates at one position name one batch, in whatever views.
        Invariant.Holds(Committed is null || Committed.Vote.Batch == certificate.Vote.Batch);
        Committed ??= certificate;
        TakePrepared(new OrderingCertificate(certificate));
        if (certificate.Vote.Batch == Batch.Null.Digest) Hold(Batch.Null);
    }

    /// <summary>The log begins anew with what is still needed: a batch that this slot does not stand for is in it no more.</summary>
    public void OnLogReplaced()
    {
        var isKept = IsExecuted || (Accepted && Proposed == Logged) || (Reported is { } reported && reported.Vote.Batch == Logged && Find(reported.Vote.Batch) is not null);
        if (!isKept) Logged = null;
    }

    /// <summary>
    /// What stands here is stable: nobody votes about it any more. The certificate and the bodies stay, for replicas that lag; the votes, several objects each,
    /// would grow old with them by the ten thousand.
    /// </summary>
    public void Settle()
    {
        PrePrepare = null;
        Echo = null;
        Prepares.Clear();
        Commits.Clear();
    }

    /// <summary>Begins a view: what was voted in the one before counts no more; certificates and batches stay.</summary>
    public void BeginView(ulong tick)
    {
        if (PlantedBugs.Has(PlantedBug.NoLockAcrossViews)) Prepared = null;
        SinceTick = tick;
        Proposed = null;
        PrePrepare = null;
        Accepted = false;
        CommitVoted = false;
        Echo = null;
        Prepares = new VoteSet<Prepare>(group);
        Commits = new VoteSet<Commit>(group);
    }

    /// <summary>How the others' Commits follow the own one.</summary>
    internal sealed class VoteEcho(ulong votedTick)
    {
        /// <summary>When the own one was given.</summary>
        public ulong VotedTick { get; } = votedTick;

        /// <summary>When the f-th of the other backups' was there.</summary>
        public ulong? OthersTick { get; set; }

        /// <summary>Whether it has been measured.</summary>
        public bool IsOver { get; set; }
    }
}
