using KvStore.Protocol;
using KvStore.Replication.Faults;

namespace KvStore.Simulator;

/// <summary>A simulated machine as its liar sees it.</summary>
internal sealed class LyingMachine(Shard shard, Machine machine) : ITamperedReplica
{
    public ReplicaId Self => machine.Id;

    public GroupConfig Group => shard.Group;

    public ConsensusConfig Config => shard.Settings.Consensus;

    public StatementContext Context => shard.Verifier.Context;

    public IStatementSigner Signer => machine.Signer;

    public Timestamp Clock => machine.Clock;

    public View View => machine.Process?.Driver.Replica.View ?? View.Initial;

    public SequenceNumber Executed => machine.Process?.Driver.Replica.Executed ?? SequenceNumber.Genesis;

    public bool IsPrimary => machine.Process is { } process && process.Driver.Replica.Primary == Self;
}
