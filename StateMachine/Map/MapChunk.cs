using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// A run of records for state transfer, with a proof that it is complete: from the path that was asked for up to and with the last record,
/// or to the end of all paths. Chunks from different starts, of different peers, are checked against the same root, each by itself.
/// </summary>
/// <remarks>
/// Subtrees that lie wholly in the run need no proof, because their records make them; those beside it are given by their hashes.
/// The proof lists, from the root down and from left to right, what stands in the subtrees that an end of the run cuts through.
/// </remarks>
public sealed class MapChunk
{
    // Each end cuts at most 256 subtrees, and leaves at most one hash of 32 bytes beside each.
    private const int ProofBytesMax = 4 * PathBits.Length * (1 + Digest.Length);

    private const int RecordBytesMin = MapRecord.KeyOffset + sizeof(uint);
    private const int RecordsMax = 16 * 1024 * 1024;

    internal MapChunk(ImmutableArray<MapRecord> records, bool reachesEnd, ReadOnlyMemory<byte> proof)
    {
        Records = records;
        ReachesEnd = reachesEnd;
        Proof = proof;
    }

    /// <summary>The records, ascending by path.</summary>
    public ImmutableArray<MapRecord> Records { get; }

    /// <summary>Whether it claims that no record comes after these.</summary>
    public bool ReachesEnd { get; }

    internal ReadOnlyMemory<byte> Proof { get; }

    /// <summary>Whether these are all records of a map in a range of paths, unaltered and in order. Says yes only to what
    /// the map's own <see cref="AuthenticatedMap.GetChunk"/> could have given.</summary>
    /// <param name="root">A root that the caller trusts.</param>
    /// <param name="fromPath">The path that was asked for.</param>
    /// <param name="coveredUpTo">The path at which the next chunk starts, <see cref="Digest.Zero"/> when there is none.</param>
    /// <param name="isLast">Whether the run reaches the end of all paths.</param>
    public bool TryVerify(Digest root, Digest fromPath, out Digest coveredUpTo, out bool isLast)
    {
        coveredUpTo = fromPath;
        isLast = false;
        if (!MapChunkCheck.TryHash(this, fromPath, out var hash, out var lastPath) || (hash != root && !PlantedBugs.Has(PlantedBug.ChunkUnchecked))) return false;
        coveredUpTo = PathBits.Next(lastPath);
        isLast = coveredUpTo == Digest.Zero;
        return true;
    }

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Bool(ReachesEnd);
        writer.Count(Records.Length);
        foreach (var record in Records) writer.Bytes(record.Bytes.Span);
        writer.Bytes(Proof.Span);
    }

    /// <summary>The canonical encoding in a new array.</summary>
    public byte[] ToBytes()
    {
        var length = 16 + Proof.Length;
        foreach (var record in Records) length += sizeof(uint) + record.Bytes.Length;
        var writer = new CanonicalWriter(length);
        Encode(writer);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is not to be used. The records are slices of the source.</summary>
    public static MapChunk Decode(ref CanonicalReader reader)
    {
        var reachesEnd = reader.Bool();
        var count = reader.Count(RecordsMax, RecordBytesMin);
        var records = ImmutableArray.CreateBuilder<MapRecord>(count);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            reader.Require(MapRecord.TryRead(reader.Bytes(MapRecord.BytesMax), out var record));
            records.Add(record);
        }

        var proof = reader.Bytes(ProofBytesMax);
        return new MapChunk(records.DrainToImmutable(), reachesEnd, proof);
    }
}
