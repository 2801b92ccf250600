// docs/divergence.md, "A cluster that begins with another one's state".
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Replication.Backup;

/// <summary>
/// Begins a new cluster with the keys of another one. Its genesis names the root of the state that each shard begins with, so that its members sign what they
/// agreed on, and the cluster's id stands for it; each node makes that state of the snapshots that it verified itself, and takes no other.
/// </summary>
public static class NewCluster
{
    /// <summary>What the genesis says of where the states come from.</summary>
    /// <param name="snapshots">One of each of the old cluster's shards.</param>
    /// <param name="clients">Whose requests the new cluster executes.</param>
    /// <exception cref="SetupException">A shard has no snapshot or two, or they are of different clusters.</exception>
    public static RestoredStart Start(IReadOnlyList<CertifiedSnapshot> snapshots, ClientPolicy clients)
    {
        var old = snapshots[0].Genesis;
        var ordered = snapshots.OrderBy(snapshot => snapshot.Group.Id.Number).ToList();
        if (!ordered.Select(snapshot => snapshot.Group.Id).SequenceEqual(old.Groups.Select(group => group.Id)))
        {
            throw new SetupException(
                $"The old cluster has {old.Groups.Length} shards, and the snapshots are of {string.Join(", ", ordered.Select(snapshot => $"shard {snapshot.Group.Id.Number}"))}.",
                "Name one snapshot of every shard.");
        }

        return new RestoredStart(new GenesisOrigin(old.Cluster, [.. ordered.Select(snapshot => OriginOf(snapshot, old.Limits, clients))]), old.Limits);
    }

    /// <summary>Makes a snapshot what a node of the new cluster begins with.</summary>
    /// <exception cref="SetupException">The genesis names another state or none, or the node has run, or has data.</exception>
    public static void Restore(NodeSetup setup, CertifiedSnapshot snapshot)
    {
        var genesis = setup.Document.Genesis;
        var shard = snapshot.Group.Id;
        if (genesis.Origin is not { } origin)
            throw new SetupException($"The cluster '{genesis.Name}' begins empty: its genesis names no state.", "Make its genesis with --snapshot: 'kv cluster generate --help', 'kv cluster init --help'.");
        if (origin.Cluster != snapshot.Genesis.Cluster)
        {
            throw new SetupException(
                $"The genesis begins with data of the cluster '{SignatureBase.ClusterName(origin.Cluster)}', and the snapshot is of '{SignatureBase.ClusterName(snapshot.Genesis.Cluster)}'.",
                "Take the snapshot that the genesis was made with.");
        }

        if (shard.Number >= origin.Shards.Length)
            throw new SetupException($"The genesis has no shard {shard.Number}, of which the snapshot is.", "Make the genesis with as many shards as the old cluster has.");
        var named = origin.Shards[(int)shard.Number];
        if (named.Position != snapshot.State.Sequence || named.SnapshotRoot != snapshot.Certificate.Vote.StateRoot)
        {
            throw new SetupException(
                $"The genesis begins shard {shard.Number} with the snapshot of position {named.Position}, and this is one of position {snapshot.State.Sequence}.",
                "Take the snapshot that the genesis was made with: all nodes begin with the same.");
        }

        var state = StateOf(snapshot, genesis.Limits, genesis.Clients);
        if (state.ComputeRoot() != named.StateRoot)
            throw new SetupException($"The genesis names another first state for shard {shard.Number} than what its snapshot makes.", "It was made wrongly, or by another version: its members should not have signed it. Make it anew.");
        if (setup.Marks.HasRun() || !setup.Marks.MayStartFirst())
            throw new SetupException("The node has run, or may not start for the first time.", "Start it: it fetches its state from the others.");
        RestoredDisk.Write(setup, shard, isFirst: true, disk => disk.SaveInitial(state));
    }

    private static ShardOrigin OriginOf(CertifiedSnapshot snapshot, StateLimits limits, ClientPolicy clients) =>
        new(snapshot.State.Sequence, snapshot.Certificate.Vote.StateRoot, StateOf(snapshot, limits, clients).ComputeRoot());

    private static ShardState StateOf(CertifiedSnapshot snapshot, StateLimits limits, ClientPolicy clients) =>
        InitialState.Of(snapshot.State, limits, clients) ?? throw new SetupException($"A key of shard {snapshot.Group.Id.Number} is beyond the limits of the genesis.", "Make the genesis with --snapshot, which takes over the old limits.");
}
