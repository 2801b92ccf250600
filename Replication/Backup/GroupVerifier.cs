using KvStore.Protocol;

namespace KvStore.Replication.Backup;

/// <summary>Checks what a group signed, by the genesis alone.</summary>
internal static class GroupVerifier
{
    /// <summary>A verifier that believes nothing that was checked before.</summary>
    public static MessageVerifier Of(Genesis genesis, GroupGenesis group) => new(
        new StatementContext(genesis.Cluster, group.Id, new Epoch(0)), group.Config, genesis.Consensus, group.Members, Ed25519.Instance);
}
