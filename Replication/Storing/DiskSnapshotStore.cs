using KvStore.Protocol;
using KvStore.Replication.Ports;
using KvStore.StateMachine;
using KvStore.Storage;

namespace KvStore.Replication.Storing;

/// <summary>
/// Keeps states in files: the chunks that peers are served as well, each proven against the state root, with the checkpoint's certificate.
/// </summary>
public sealed class DiskSnapshotStore : ISnapshotStore
{
    private readonly IDisk _disk;
    private readonly int _chunkBytes;

    /// <summary>Opens the snapshots on this disk; what an unfinished one left is deleted.</summary>
    /// <param name="disk">The replica's own disk.</param>
    /// <param name="chunkBytes">About how large a chunk is.</param>
    public DiskSnapshotStore(IDisk disk, int chunkBytes)
    {
        _disk = disk;
        _chunkBytes = chunkBytes;
        SnapshotFiles.DropUnfinished(disk);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SequenceNumber> Positions => [.. SnapshotFiles.Positions(_disk).Select(position => new SequenceNumber(position))];

    /// <inheritdoc/>
    public IEnumerable<long> Save(ShardState state, QuorumCertificate<Checkpoint> certificate) => Write(state, LogRecordCodec.Encode(new StableRecord(certificate)));

    /// <summary>Keeps the state that a shard begins with, durably. Nobody has certified it: its root is in the genesis.</summary>
    public void SaveInitial(ShardState state)
    {
        Invariant.Holds(state.Sequence == SequenceNumber.Genesis);
        foreach (var _ in Write(state, []))
        {
            // Part by part; the last one makes it durable.
        }
    }

    /// <inheritdoc/>
    public ShardState? Load(QuorumCertificate<Checkpoint> certificate, SnapshotAssembler assembler) =>
        Load(certificate.Vote.Sequence, assembler, "a chunk does not belong to the state of the checkpoint that the log names.");

    /// <inheritdoc/>
    public ShardState? LoadInitial(SnapshotAssembler assembler) =>
        Load(SequenceNumber.Genesis, assembler, "a chunk does not belong to the state that the genesis names as the first one.");

    private IEnumerable<long> Write(ShardState state, byte[] certificate)
    {
        var writer = SnapshotWriter.Begin(_disk, state.Sequence.Number, certificate);
        var written = 0L;
        var chunk = new CanonicalWriter(_chunkBytes); // One for all: so large an object makes the collector look at all there is, soon.
        var from = Digest.Zero;
        do
        {
            chunk.Clear();
            from = state.EncodeChunk(chunk, from, _chunkBytes);
            writer.Add(chunk.Written);
            yield return written += chunk.Length;
        }
        while (from != Digest.Zero);
        writer.Complete();
    }

    private ShardState? Load(SequenceNumber sequence, SnapshotAssembler assembler, string strange)
    {
        var position = sequence.Number;
        if (!SnapshotFiles.Positions(_disk).Contains(position)) return null;
        var from = Digest.Zero;
        foreach (var (offset, content) in SnapshotFiles.ReadChunks(_disk, position))
        {
            if (!assembler.TryAdd(from, content, out from)) throw Damaged(position, offset, strange);
        }

        return assembler.TryComplete(out var state) ? state : throw Damaged(position, 0, "its chunks do not make a state under this configuration.");
    }

    /// <inheritdoc/>
    public void DropBefore(SequenceNumber sequence) => SnapshotFiles.DropBefore(_disk, sequence.Number);

    private SnapshotDamagedException Damaged(ulong position, long offset, string what) => new(SnapshotFiles.PathOf(_disk, position), offset, what);
}
