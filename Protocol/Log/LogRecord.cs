using System.Collections.Immutable;

namespace KvStore.Protocol;

/// <summary>The type byte of a log record. Numbers never change.</summary>
public enum LogRecordKind : byte
{
    /// <summary>See <see cref="ProposalRecord"/>.</summary>
    Proposal = 1,

    /// <summary>See <see cref="PreparedRecord"/>.</summary>
    Prepared = 2,

    /// <summary>See <see cref="CommittedRecord"/>.</summary>
    Committed = 3,

    /// <summary>See <see cref="ViewChangeRecord"/>.</summary>
    ViewChange = 4,

    /// <summary>See <see cref="NewViewRecord"/>.</summary>
    NewView = 5,

    /// <summary>See <see cref="StableRecord"/>.</summary>
    Stable = 6,

    /// <summary>See <see cref="RejoinRecord"/>.</summary>
    Rejoin = 7,

    /// <summary>See <see cref="ReservedRecord"/>.</summary>
    Reserved = 8,
}

/// <summary>What a replica writes down before it says something. protocol.md section 11.</summary>
public abstract record LogRecord
{
    /// <summary>The type byte.</summary>
    public abstract LogRecordKind Kind { get; }
}

/// <summary>A proposal that was accepted, with its bodies: durable before the Commit vote leaves. The Prepare vote rests on a <see cref="ReservedRecord"/>.</summary>
public sealed record ProposalRecord(View View, SequenceNumber Sequence, Batch Batch, ImmutableArray<Request> Bodies) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Proposal;
}

/// <summary>A prepare certificate: durable before the Commit vote leaves.</summary>
public sealed record PreparedRecord(OrderingCertificate Certificate) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Prepared;
}

/// <summary>A batch that was executed although it had not been accepted here: it came with its commit certificate.</summary>
public sealed record CommittedRecord(QuorumCertificate<Commit> Certificate, Batch Batch, ImmutableArray<Request> Bodies) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Committed;
}

/// <summary>The ViewChange that is about to be sent: no vote in an earlier view follows it.</summary>
public sealed record ViewChangeRecord(ViewChange ViewChange) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.ViewChange;
}

/// <summary>The NewView that opened the present view.</summary>
public sealed record NewViewRecord(Signed<NewView> NewView) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.NewView;
}

/// <summary>The stable checkpoint: what lies at or below it is not needed any more.</summary>
public sealed record StableRecord(QuorumCertificate<Checkpoint> Certificate) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Stable;
}

/// <summary>This replica lost its disk. It says nothing about positions up to the floor; one of <see cref="FloorUnknown"/> is to be found yet, one of 0 ends it.</summary>
public sealed record RejoinRecord(SequenceNumber Floor) : LogRecord
{
    /// <summary>The floor that is not known yet.</summary>
    public static SequenceNumber FloorUnknown { get; } = new(CanonicalReader.NumberMax);

    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Rejoin;
}

/// <summary>In this view the replica votes to prepare at no position above this one: durable before the first such vote, or the primary's own PrePrepare, leaves.</summary>
public sealed record ReservedRecord(View View, SequenceNumber UpTo) : LogRecord
{
    /// <inheritdoc/>
    public override LogRecordKind Kind => LogRecordKind.Reserved;
}
