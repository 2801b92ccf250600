using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>The type of a signed statement: one byte of its domain tag. Numbers never change.</summary>
public enum StatementKind : byte
{
    /// <summary>See <see cref="Protocol.PrePrepare"/>.</summary>
    PrePrepare = 1,

    /// <summary>See <see cref="Protocol.Prepare"/>.</summary>
    Prepare = 2,

    /// <summary>See <see cref="Protocol.Commit"/>.</summary>
    Commit = 3,

    /// <summary>See <see cref="Protocol.Executed"/>.</summary>
    Executed = 4,

    /// <summary>See <see cref="Protocol.Checkpoint"/>.</summary>
    Checkpoint = 5,

    /// <summary>See <see cref="Protocol.ViewChange"/>.</summary>
    ViewChange = 6,

    /// <summary>See <see cref="Protocol.NewView"/>.</summary>
    NewView = 7,
}

/// <summary>What a replica signs.</summary>
public abstract record Statement
{
    /// <summary>The type byte in the domain tag.</summary>
    public abstract StatementKind Kind { get; }

    /// <summary>Appends the fields; the domain tag comes before them (<see cref="StatementCodec"/>).</summary>
    internal abstract void EncodeFields(CanonicalWriter writer);
}

/// <summary>A statement that is counted.</summary>
public abstract record Vote : Statement;

/// <summary>A vote about the batch at one position in one view.</summary>
public abstract record OrderingVote(View View, SequenceNumber Sequence, Digest Batch) : Vote
{
    internal override void EncodeFields(CanonicalWriter writer)
    {
        writer.View(View);
        writer.Sequence(Sequence);
        writer.Digest(Batch);
    }
}

/// <summary>The primary's proposal: in this view, this batch is at this position. protocol.md section 5, step 1.</summary>
public sealed record PrePrepare(View View, SequenceNumber Sequence, Digest Batch) : OrderingVote(View, Sequence, Batch)
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.PrePrepare;
}

/// <summary>I accepted this proposal. Section 5, step 2.</summary>
public sealed record Prepare(View View, SequenceNumber Sequence, Digest Batch) : OrderingVote(View, Sequence, Batch)
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.Prepare;
}

/// <summary>I hold the prepare certificate of this batch, on disk. Section 5, step 3.</summary>
public sealed record Commit(View View, SequenceNumber Sequence, Digest Batch) : OrderingVote(View, Sequence, Batch)
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.Commit;
}

/// <summary>I executed this batch, and this came out. Section 6.</summary>
/// <param name="Sequence">The batch's position.</param>
/// <param name="Batch">The batch's digest.</param>
/// <param name="Time">The time that execution saw.</param>
/// <param name="ResultsRoot">Merkle root over the request digests and results, in batch order.</param>
/// <param name="LedgerRoot">Merkle tree head over all executed batches.</param>
public sealed record Executed(SequenceNumber Sequence, Digest Batch, Timestamp Time, Digest ResultsRoot, Digest LedgerRoot) : Vote
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.Executed;

    internal override void EncodeFields(CanonicalWriter writer)
    {
        writer.Sequence(Sequence);
        writer.Digest(Batch);
        writer.Time(Time);
        writer.Digest(ResultsRoot);
        writer.Digest(LedgerRoot);
    }
}

/// <summary>My whole state after this position. Section 8.</summary>
public sealed record Checkpoint(SequenceNumber Sequence, Digest StateRoot, Digest LedgerRoot) : Vote
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.Checkpoint;

    internal override void EncodeFields(CanonicalWriter writer)
    {
        writer.Sequence(Sequence);
        writer.Digest(StateRoot);
        writer.Digest(LedgerRoot);
    }
}

/// <summary>
/// I vote in no view before this one any more, and this is what I know. Section 9.
/// </summary>
/// <param name="View">The view that the signer moves to.</param>
/// <param name="Stable">The certificate of its stable checkpoint; null for the genesis.</param>
/// <param name="Prepared">A certificate for every position above the stable checkpoint where it holds one, ascending by position.</param>
public sealed record ViewChange(View View, QuorumCertificate<Checkpoint>? Stable, ImmutableArray<OrderingCertificate> Prepared) : Statement
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.ViewChange;

    /// <summary>The position of the stable checkpoint.</summary>
    public SequenceNumber StableSequence => Stable?.Vote.Sequence ?? SequenceNumber.Genesis;

    internal override void EncodeFields(CanonicalWriter writer)
    {
        writer.View(View);
        writer.Bool(Stable is not null);
        Stable?.Encode(writer);
        writer.Count(Prepared.Length);
        foreach (var certificate in Prepared) certificate.Encode(writer);
    }
}

/// <summary>A position and the batch that a new view gives it.</summary>
public readonly record struct CarriedBatch(SequenceNumber Sequence, Digest Batch);

/// <summary>
/// The primary's opening of a view: a quorum of ViewChanges, and the proposals that follow from them. Section 9.
/// </summary>
/// <param name="View">The view that opens.</param>
/// <param name="ViewChanges">A quorum of them for this view, ascending by signer.</param>
/// <param name="Carried">What follows from them: every position above the highest stable checkpoint, without gaps.</param>
public sealed record NewView(View View, ImmutableArray<Signed<ViewChange>> ViewChanges, ImmutableArray<CarriedBatch> Carried) : Statement
{
    /// <inheritdoc/>
    public override StatementKind Kind => StatementKind.NewView;

    internal override void EncodeFields(CanonicalWriter writer)
    {
        writer.View(View);
        writer.Count(ViewChanges.Length);
        foreach (var viewChange in ViewChanges) viewChange.EncodeInside(writer);
        writer.Count(Carried.Length);
        foreach (var carried in Carried)
        {
            writer.Sequence(carried.Sequence);
            writer.Digest(carried.Batch);
        }
    }
}
