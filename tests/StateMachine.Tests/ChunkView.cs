namespace KvStore.StateMachine.Tests;

/// <summary>A chunk read from its bytes.</summary>
internal sealed class ChunkView
{
    public ChunkView(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        Chunk = MapChunk.Decode(ref reader);
        IsWellFormed = reader.Complete;
    }

    public MapChunk Chunk { get; }

    public bool IsWellFormed { get; }
}
