namespace KvStore.StateMachine.Tests;

/// <summary>A chunk taken apart, so that it can be put together wrongly.</summary>
internal sealed class ChunkView
{
    public ChunkView(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        Chunk = MapChunk.Decode(ref reader);
        IsWellFormed = reader.Complete;
        if (!IsWellFormed) return;
        reader = new CanonicalReader(bytes);
        ReachesEnd = reader.Bool();
        var count = reader.Count(int.MaxValue, 4);
        for (var i = 0; i < count; i++) Records.Add(reader.Bytes(int.MaxValue).ToArray());
        Proof = reader.Bytes(int.MaxValue).ToArray();
    }

    public MapChunk Chunk { get; }

    public bool IsWellFormed { get; }

    public bool ReachesEnd { get; set; }

    public List<byte[]> Records { get; } = [];

    public byte[] Proof { get; set; } = [];

    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        writer.Bool(ReachesEnd);
        writer.Count(Records.Count);
        foreach (var record in Records) writer.Bytes(record);
        writer.Bytes(Proof);
        return writer.ToArray();
    }

    /// <summary>Whether the bytes are a chunk that proves itself against a root.</summary>
    public static bool IsAccepted(byte[] bytes, Digest root, Digest from)
    {
        var view = new ChunkView(bytes);
        return view.IsWellFormed && view.Chunk.TryVerify(root, from, out _, out _);
    }
}
