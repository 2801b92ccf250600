using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>What must hold after every step: protocol.md section 1, and that no replica ever contradicts itself, over restarts too.</summary>
internal sealed class AgreementChecker
{
    private readonly Dictionary<SequenceNumber, Digest> _executed = [];
    private readonly Dictionary<(ReplicaId Signer, StatementKind Kind, ulong View, ulong Sequence), Statement> _said = [];

    /// <summary>Agreement: no two correct replicas execute different batches at one position.</summary>
    public void OnExecuted(ReplicaId replica, SequenceNumber sequence, Digest batch)
    {
        if (!_executed.TryAdd(sequence, batch)) Assert.True(_executed[sequence] == batch, $"{replica} executes another batch at {sequence}.");
    }

    /// <summary>No correct replica signs two statements that contradict each other.</summary>
    public void OnSaid(ReplicaId replica, Statement statement)
    {
        var (view, sequence) = statement switch
        {
            OrderingVote it => (it.View.Number, it.Sequence.Number),
            Checkpoint it => (0UL, it.Sequence.Number),
            NewView it => (it.View.Number, 0UL),
            ViewChange it => (it.View.Number, 0UL),
            _ => throw new ArgumentOutOfRangeException(nameof(statement), statement.Kind, "A statement that the core does not make."),
        };
        if (_said.TryAdd((replica, statement.Kind, view, sequence), statement)) return;
        Assert.True(Bytes(_said[(replica, statement.Kind, view, sequence)]).AsSpan().SequenceEqual(Bytes(statement)), $"{replica} contradicts itself: {statement}.");
    }

    private static byte[] Bytes(Statement statement)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, TestGroup.Context, statement);
        return writer.ToArray();
    }
}
