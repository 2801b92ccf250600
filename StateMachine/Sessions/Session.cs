using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What a client's requests take up.</summary>
internal sealed class ClientUsage
{
    /// <summary>How many sessions it has.</summary>
    public int Sessions { get; set; }

    /// <summary>About how large their results are, in bytes.</summary>
    public long ResultBytes { get; set; }
}

/// <summary>A session: which of its counters were executed, and with what results. Changed in place, and only by who executes.</summary>
/// <param name="key">Its name.</param>
/// <param name="path">Where its record belongs.</param>
/// <param name="client">What its client takes up.</param>
/// <param name="window">Which counters were executed.</param>
internal sealed class Session(SessionKey key, Digest path, ClientUsage client, SessionWindow window)
{
    // What a result takes beside its bytes, for what is spare around it, and what a chunk takes for the places of its results.
    private const int OverheadBytes = 48;
    private const int ChunkOverheadBytes = 512;

    private readonly ResultChunk?[] _chunks = new ResultChunk?[StateLimits.SessionWindow / ResultChunk.Slots];

    // Whether the map has a record of it.
    private bool _written;

    public SessionKey Key => key;

    public Digest Path => path;

    public ClientUsage Client => client;

    public SessionWindow Window => window;

    /// <summary>Whether the map does not have it as it is.</summary>
    public bool IsChanged { get; set; }

    /// <summary>What all its results count for, in bytes. It follows from the results alone, so that replicas agree about it.</summary>
    public long Weight { get; private set; }

    /// <summary>The result of a counter that was executed and has not left the window.</summary>
    public ResultRecord At(ulong counter)
    {
        Invariant.Holds(ResultRecord.TryRead(ChunkOf(counter).At(SlotOf(counter)), out var result) && result.Counter == counter);
        return result;
    }

    /// <summary>Keeps a result in place of the one whose slot it takes.</summary>
    /// <returns>By how much the session's weight has grown.</returns>
    public long Set(ulong counter, ReadOnlySpan<byte> result)
    {
        var chunk = ChunkOf(counter);
        var before = WeightOf(chunk, counter);
        chunk.Set(SlotOf(counter), result);
        return Weigh(WeightOf(chunk, counter) - before);
    }

    /// <summary>Removes a result.</summary>
    /// <returns>By how much the session's weight has grown, which is less than 0.</returns>
    public long Remove(ulong counter)
    {
        var chunk = ChunkOf(counter);
        var before = WeightOf(chunk, counter);
        chunk.Remove(SlotOf(counter));
        return Weigh(WeightOf(chunk, counter) - before);
    }

    /// <summary>Brings the map up to date.</summary>
    public void Flush(AuthenticatedMap.Builder map)
    {
        map.Set(path, window.ToRecord(key));
        (_written, IsChanged) = (true, false);
        for (var i = 0; i < _chunks.Length; i++)
        {
            if (_chunks[i] is not { IsChanged: true } chunk) continue;
            chunk.Flush(map, key, i);
            if (chunk.Taken == 0) _chunks[i] = null;
        }
    }

    /// <summary>Lets go of its results at once, because they count no more. True when the map has something of it, which is to be removed still.</summary>
    public bool Forget()
    {
        IsChanged = false;
        Weight = 0;
        foreach (var chunk in _chunks) chunk?.Forget();
        if (!_written) Array.Clear(_chunks);
        return _written;
    }

    /// <summary>Removes what the map has of it.</summary>
    public void RemoveFrom(AuthenticatedMap.Builder map)
    {
        Invariant.Holds(map.Remove(path) > 0);
        for (var i = 0; i < _chunks.Length; i++) _chunks[i]?.RemoveFrom(map, key, i);
    }

    /// <summary>Says that the map has the session's own record.</summary>
    public void MarkWritten() => _written = true;

    /// <summary>Takes up a record of results; false when it is not one of this session.</summary>
    public bool TryRead(MapRecord record)
    {
        if (record.Key.Length == RecordKeys.LongResultLength)
        {
            var slot = RecordKeys.ReadSlot(record.Key);
            return slot < StateLimits.SessionWindow && ChunkOf(slot).TryReadLong(SlotOf(slot), record);
        }

        int chunk = record.Key[^1];
        return chunk < _chunks.Length && ChunkOf((ulong)(chunk * ResultChunk.Slots)).TryReadShort(record);
    }

    /// <summary>Whether it holds the results of what its window says was executed, and no other.</summary>
    public bool IsWhole()
    {
        foreach (var counter in window.Executed())
        {
            var isThere = ChunkOf(counter).LengthAt(SlotOf(counter)) > 0
                && ResultRecord.TryRead(ChunkOf(counter).At(SlotOf(counter)), out var result)
                && result.Counter == counter
                && result.Expires <= window.Expires;
            if (!isThere) return false;
        }

        return _chunks.Sum(chunk => System.Numerics.BitOperations.PopCount(chunk?.Taken ?? 0)) == window.Count;
    }

    /// <summary>Weighs what was read.</summary>
    public void WeighAll()
    {
        Weight = _chunks.Count(chunk => chunk is { Taken: > 0 }) * (long)ChunkOverheadBytes;
        foreach (var counter in window.Executed()) Weight += ChunkOf(counter).LengthAt(SlotOf(counter)) + OverheadBytes;
    }

    private static int SlotOf(ulong counter) => (int)(counter % ResultChunk.Slots);

    private ResultChunk ChunkOf(ulong counter) => _chunks[counter % StateLimits.SessionWindow / ResultChunk.Slots] ??= new ResultChunk();

    private long Weigh(long grown)
    {
        Weight += grown;
        return grown;
    }

    // What a result counts for, with its chunk, of which only the difference that one result makes is asked for.
    private static long WeightOf(ResultChunk chunk, ulong counter)
    {
        if (chunk.Taken == 0) return 0;
        return ChunkOverheadBytes + (chunk.LengthAt(SlotOf(counter)) is > 0 and var length ? length + OverheadBytes : 0);
    }
}
