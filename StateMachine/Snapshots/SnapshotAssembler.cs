using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Puts a shard's state together from chunks, of any peers and in any order. protocol.md section 10. Nothing is kept that was not proven
/// against the state root, so its memory is bounded by the state itself.
/// </summary>
/// <param name="stateRoot">The state root of a stable checkpoint.</param>
/// <param name="limits">The limits of the state.</param>
/// <param name="clients">Whose requests are executed.</param>
/// <param name="partition">Which keys belong to the shard.</param>
public sealed class SnapshotAssembler(Digest stateRoot, StateLimits limits, ClientPolicy clients, ShardPartition partition)
{
    private readonly AuthenticatedMap.Builder _map = AuthenticatedMap.Empty.ToBuilder();
    private readonly PathCoverage _coverage = new();

    /// <summary>Whether every path is covered, so that <see cref="TryComplete"/> may be called.</summary>
    public bool IsCovered => _coverage.IsComplete;

    /// <summary>How many records have been received.</summary>
    public int RecordCount => _map.Count;

    /// <summary>Where a range of the path space starts, for asking several peers at once.</summary>
    /// <param name="index">Which range, from 0.</param>
    /// <param name="count">How many ranges there are, at most 256.</param>
    public static Digest RangeStart(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue + 1);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        Span<byte> bytes = stackalloc byte[Digest.Length];
        bytes.Clear();
        bytes[0] = (byte)(index * (byte.MaxValue + 1) / count);
        return Digest.Read(bytes);
    }

    /// <summary>Checks a chunk against the state root and keeps its records; false, and nothing is kept, when it proves nothing.</summary>
    /// <param name="from">The path from which on the chunk was asked for.</param>
    /// <param name="chunkBytes">The chunk as it came; not referred to afterwards.</param>
    /// <param name="coveredUpTo">Where to go on asking; <see cref="Digest.Zero"/> when the chunk reached the end of all paths.</param>
    public bool TryAdd(Digest from, ReadOnlyMemory<byte> chunkBytes, out Digest coveredUpTo)
    {
        coveredUpTo = from;
        var reader = new CanonicalReader(chunkBytes);
        var chunk = MapChunk.Decode(ref reader);
        if (!reader.Complete || !chunk.TryVerify(stateRoot, from, out coveredUpTo, out _)) return false;
        foreach (var record in chunk.Records)
        {
            // Copied, or a few bytes of a record would hold on to the whole message that they came in.
            var path = record.Path;
            if (!_map.TryGet(path, out _)) _map.Set(path, MapRecord.Trusted(record.Bytes.ToArray()));
        }

        _coverage.Add(from, PathBits.Previous(coveredUpTo));
        return true;
    }

    /// <summary>The first path from a given one on that is not covered yet; false when all are.</summary>
    public bool TryFindMissing(Digest from, out Digest missing) => _coverage.TryFindMissing(from, out missing);

    /// <summary>Makes the state when every path is covered. False when some is not, or when the records contradict each other, the limits, the clients'
    /// policy or the partition, which no correct replica's do.</summary>
    public bool TryComplete([NotNullWhen(true)] out ShardState? state)
    {
        state = null;
        if (!IsCovered) return false;
        var map = _map.ToImmutable();
        return (map.Root == stateRoot || PlantedBugs.Has(PlantedBug.ChunkUnchecked)) && StateRestorer.TryRestore(map, limits, clients, partition, out state);
    }
}
