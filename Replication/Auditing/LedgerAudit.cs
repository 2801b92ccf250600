using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Storage;

namespace KvStore.Replication.Auditing;

/// <summary>An executed batch and what proves it.</summary>
/// <param name="Entry">The batch, and the certificate that a quorum committed it at its position, which has been checked.</param>
/// <param name="Leaf">The batch's leaf in the ledger's tree.</param>
/// <param name="Size">How many batches the tree has that the path leads to the root of.</param>
/// <param name="Root">That root.</param>
/// <param name="Path">The path, by RFC 9162, which has been checked.</param>
/// <param name="Checkpoint">The certificate that has that root, checked too; null when the root is this ledger's own word.</param>
public sealed record ProvenBatch(LedgerEntry Entry, Digest Leaf, ulong Size, Digest Root, ImmutableArray<Digest> Path, QuorumCertificate<Checkpoint>? Checkpoint);

/// <summary>
/// Reads the ledger in a replica's directory for its operator, and believes nothing of it that the genesis does not prove, but for times and results of entries that no certified
/// checkpoint follows without a gap. The replica may run: no lease is taken and nothing is written.
/// </summary>
public sealed class LedgerAudit : IDisposable
{
    private const string Advice = "No vote and no answer rests on the ledger. The other nodes have it too: look at one of theirs; docs/operations.md says how to go on without the file.";
    private const int AttemptsMax = 5;

    private readonly string _directory;
    private readonly MessageVerifier _verifier;
    private readonly ReadOnlyDisk _disk;
    private readonly LedgerReader _reader;

    private LedgerAudit(string directory, MessageVerifier verifier, QuorumCertificate<Checkpoint>? checkpoint)
    {
        (_directory, _verifier, Checkpoint) = (directory, verifier, checkpoint);
        _disk = new ReadOnlyDisk(directory);
        _reader = new LedgerReader(_disk);
    }

    /// <summary>The newest checkpoint that the directory has a certificate of; null when it has none. Up to its position the ledger is durable.</summary>
    public QuorumCertificate<Checkpoint>? Checkpoint { get; }

    /// <summary>Opens a replica's directory. First the checkpoint, then the ledger, which is never behind it.</summary>
    /// <exception cref="SetupException">It can't be read, or its snapshot is not good.</exception>
    public static LedgerAudit Open(string directory, Genesis genesis, GroupGenesis group) => Reading(directory, () =>
    {
        var verifier = GroupVerifier.Of(genesis, group);
        return new LedgerAudit(directory, verifier, NewestCheckpoint(directory, verifier));
    });

    /// <summary>A batch with its certificate and its place in the tree, all of it checked.</summary>
    /// <exception cref="SetupException">The ledger does not have it, or something of it does not hold.</exception>
    public ProvenBatch Prove(ulong position) => Reading(_directory, () =>
    {
        var entry = EntryOf(position);
        var certified = Checkpoint is { } checkpoint && checkpoint.Vote.Sequence.Number >= position ? checkpoint : null;
        var (size, root) = certified is null ? LastOf(position) : (certified.Vote.Sequence.Number, certified.Vote.LedgerRoot);
        var (leaf, path) = (LedgerPath.LeafOf(entry), new LedgerPath(EntryOf).Make(position, size));
        return MerkleTree.VerifyInclusion(leaf, position - 1, size, path.AsSpan(), root)
            ? new ProvenBatch(entry, leaf, size, root, path, certified)
            : throw Wrong($"The batch of position {position} in '{FileOf(position)}' is not the one under the root of position {size}.");
    });

    /// <summary>Reads all of it: the entries, their certificates, the tree that they make, and the indices.</summary>
    /// <exception cref="SetupException">Something does not hold; the message says in which file, and where.</exception>
    public LedgerReport Verify() => Reading(_directory, () =>
    {
        var (tree, report) = ((LedgerFrontier?)null, new LedgerReport(Checkpoint));
        var extents = _reader.Extents().ToList();
        for (var i = 0; i < extents.Count; i++)
        {
            var extent = extents[i];
            if (report.Next is { } next && next != extent.First) tree = null; // The state was fetched from others in between.
            for (var position = extent.First; position < extent.Next; position++) tree = Follow(tree, EntryOf(position), extent);
            RequireWhole(extent, isLast: i == extents.Count - 1);
            report = report.With(extent);
        }

        return report;
    });

    /// <inheritdoc/>
    public void Dispose() => _disk.Dispose();

    // Chained to the entry before it, and at the checkpoint to what a quorum signed.
    private LedgerFrontier Follow(LedgerFrontier? before, LedgerEntry entry, LedgerExtent extent)
    {
        var position = entry.Sequence.Number;
        if (position == 1) before = LedgerFrontier.Empty;
        if (entry.Frontier.Size != position || (before is not null && before.Append(LedgerPath.LeafOf(entry)).Root != entry.Frontier.Root))
            throw Wrong($"The entry of position {position} in '{extent.Path}' does not go on from the one before it.");
        if (Checkpoint?.Vote is { } certified && certified.Sequence.Number == position && certified.LedgerRoot != entry.Frontier.Root)
            throw Wrong($"The tree up to position {position} in '{extent.Path}' is not the one that the checkpoint there certifies.");
        return entry.Frontier;
    }

    // Behind the last checkpoint the end may be torn, or just be being written.
    private void RequireWhole(LedgerExtent extent, bool isLast)
    {
        if (extent.WholeBytes < extent.Bytes && !isLast) throw Wrong($"The file '{extent.Path}' is damaged at byte {extent.WholeBytes}: the entry of position {extent.Next} is bad.");
        if (isLast && extent.Next <= Checkpoint?.Vote.Sequence.Number)
            throw Wrong($"The file '{extent.Path}' is damaged at byte {extent.WholeBytes}: the entry of position {extent.Next} is bad or missing, and was durable before the checkpoint at {Checkpoint.Vote.Sequence}.");
        if (!extent.IsIndexGood) throw Wrong($"The index '{extent.Path}.idx' does not lead to the entries. It is made again when the node starts.");
    }

    private LedgerEntry EntryOf(ulong position)
    {
        var content = _reader.Read(position) ?? throw Missing(position);
        if (LedgerEntry.Decode(content) is not { } entry || entry.Sequence.Number != position)
            throw Wrong($"The entry of position {position} in '{FileOf(position)}' is not one, although its checksum is good: another version of this program wrote it.");
        if (!_verifier.TryVerify(new CommittedMessage(entry.Certificate, entry.Batch), out _, out var rejection))
            throw Wrong($"The certificate of position {position} in '{FileOf(position)}' does not hold for this genesis and shard: {rejection}.");
        return entry;
    }

    // The end of what goes on from the entry without a gap.
    private (ulong Size, Digest Root) LastOf(ulong position)
    {
        var last = position;
        foreach (var extent in _reader.Extents().Where(extent => extent.Next > position))
        {
            if (extent.First > last + 1) break;
            last = Math.Max(last, extent.Next - 1);
        }

        return (last, EntryOf(last).Frontier.Root);
    }

    private SetupException Missing(ulong position)
    {
        var ranges = _reader.Extents().Where(extent => extent.Next > extent.First).Select(extent => $"{extent.First} to {extent.Next - 1}").ToList();
        return new SetupException(
            $"The ledger in '{_directory}' has no whole entry of position {position}. " + (ranges.Count == 0 ? "It has none at all." : $"It has {string.Join(", ", ranges)}."),
            "A node that fetched its state from others, or was restored, lacks what came before: ask another node's. 'kv ledger verify' says whether the files are good.");
    }

    private string FileOf(ulong position) => _reader.Extents().LastOrDefault(extent => extent.First <= position)?.Path ?? _directory;

    private static QuorumCertificate<Checkpoint>? NewestCheckpoint(string directory, MessageVerifier verifier)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (SnapshotFiles.NewestIn(directory) is not { } path) return null;
            try
            {
                using var reader = SnapshotReader.Open(path);
                return LogRecordCodec.Decode(reader.Certificate) is StableRecord stable && verifier.TryVerify(new StableMessage(stable.Certificate), out _, out _)
                    ? stable.Certificate
                    : throw Wrong($"The certificate of the snapshot '{path}' does not hold for this genesis and shard.");
            }
            catch (FileNotFoundException) when (attempt < AttemptsMax)
            {
                // It was replaced by a newer one in between.
            }
        }
    }

    private static TResult Reading<TResult>(string directory, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (SnapshotDamagedException damage)
        {
            throw new SetupException($"The snapshot '{damage.File}' is damaged at byte {damage.Offset}: {damage.What}", "Without its certificate nothing says up to where the ledger must be whole.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The ledger in '{directory}' can't be read: {exception.Message}", "Name a node's directory, and a shard that it has.");
        }
    }

    private static SetupException Wrong(string what) => new(what, Advice);
}
