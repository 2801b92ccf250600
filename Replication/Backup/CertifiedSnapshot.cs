// protocol.md section 6: a checkpoint's certificate is a quorum of signatures, at least one of them of a correct replica that had this very state.
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Backup;

/// <summary>
/// A snapshot whose certificate was checked against a genesis, and every chunk of it against the certificate: it says what a shard held at a position, whoever
/// kept the file meanwhile.
/// </summary>
/// <param name="Genesis">How its cluster began.</param>
/// <param name="Group">Its shard's group.</param>
/// <param name="Certificate">The checkpoint's certificate.</param>
/// <param name="State">The state.</param>
/// <param name="Bytes">The file's length.</param>
public sealed record CertifiedSnapshot(Genesis Genesis, GroupGenesis Group, QuorumCertificate<Checkpoint> Certificate, ShardState State, long Bytes)
{
    private const string Advice = "Take another copy, or save one from another node: 'kv snapshot save'.";

    /// <summary>Reads a file, and believes nothing of it that is not proven.</summary>
    /// <param name="path">The file: one of 'kv snapshot save', or of a replica's own.</param>
    /// <param name="genesis">The cluster that it is to be of.</param>
    /// <param name="shard">The shard that it is to be of; null for whichever signed it.</param>
    /// <exception cref="SetupException">It can't be read, or is not what it should be.</exception>
    public static CertifiedSnapshot Read(string path, Genesis genesis, GroupId? shard) => Read(path, path, genesis, shard);

    /// <summary>The same, of a copy.</summary>
    /// <param name="path">The file.</param>
    /// <param name="origin">What it is a copy of, for the message.</param>
    /// <param name="genesis">The cluster that it is to be of.</param>
    /// <param name="shard">The shard that it is to be of; null for whichever signed it.</param>
    /// <exception cref="SetupException">It can't be read, or is not what it should be.</exception>
    internal static CertifiedSnapshot Read(string path, string origin, Genesis genesis, GroupId? shard)
    {
        try
        {
            using var reader = SnapshotReader.Open(path);
            var stable = LogRecordCodec.Decode(reader.Certificate) as StableRecord;
            if (stable is null || stable.Certificate.Vote.Sequence.Number != reader.Position) throw Wrong(origin, "its certificate is none of its position.");
            var group = GroupOf(origin, stable.Certificate, genesis, shard);
            return new CertifiedSnapshot(genesis, group, stable.Certificate, StateOf(origin, reader, stable.Certificate.Vote, genesis, group), reader.Length);
        }
        catch (SnapshotDamagedException damage)
        {
            throw new SetupException($"The snapshot '{origin}' is damaged at byte {damage.Offset}: {damage.What}", Advice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The snapshot '{origin}' can't be read: {exception.Message}", "Name a file that 'kv snapshot save' made.");
        }
    }

    // The file does not say which shard it is of: the signatures do, and hold for no other shard or cluster.
    private static GroupGenesis GroupOf(string origin, QuorumCertificate<Checkpoint> certificate, Genesis genesis, GroupId? shard)
    {
        var quorum = genesis.Groups[0].Config.Quorum;
        if (certificate.Signatures.Length < quorum)
            throw Wrong(origin, $"its certificate has {certificate.Signatures.Length} signatures, and {quorum} of the genesis's members are needed.");
        var signed = genesis.Groups.FirstOrDefault(group => GroupVerifier.Of(genesis, group).TryVerify(new StableMessage(certificate), out _, out _));
        if (signed is null)
            throw Wrong(origin, $"its signatures are not those of {quorum} members of the cluster '{SignatureBase.ClusterName(genesis.Cluster)}' for any shard. It is of another cluster, or forged.");
        if (shard is { } asked && signed.Id != asked) throw Wrong(origin, $"it is of shard {signed.Id.Number}, and not of shard {asked.Number}.");
        return signed;
    }

    private static ShardState StateOf(string origin, SnapshotReader reader, Checkpoint certified, Genesis genesis, GroupGenesis group)
    {
        var partition = new ShardPartition(new ShardMap(genesis.Groups.Length), group.Id);
        var assembler = new SnapshotAssembler(certified.StateRoot, genesis.Limits, genesis.Clients, partition);
        var from = Digest.Zero;
        var covered = false;
        foreach (var (offset, content) in reader.ReadChunks())
        {
            if (covered || !assembler.TryAdd(from, content, out from)) throw Wrong(origin, $"the chunk at byte {offset} does not belong to the certified state.");
            covered = from == Digest.Zero;
        }

        if (!assembler.TryComplete(out var state)) throw Wrong(origin, "its chunks do not make the certified state.");
        return state.Sequence == certified.Sequence && state.LedgerRoot == certified.LedgerRoot
            ? state
            : throw Wrong(origin, "its state is not one of the certified position.");
    }

    private static SetupException Wrong(string origin, string what) => new($"The snapshot '{origin}' is not good: {what}", Advice);
}
