using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// The result of an executed request, kept as <c>counter (u64) ‖ expires (u64) ‖ request digest (32 bytes) ‖ result</c>, so that its end is also what the
/// batch's results root commits to.
/// </summary>
/// <param name="Counter">The counter of the request's nonce.</param>
/// <param name="Expires">From which time on it does not count any more.</param>
/// <param name="Request">The request's digest.</param>
/// <param name="Result">The result.</param>
internal readonly record struct ResultRecord(ulong Counter, Timestamp Expires, Digest Request, OperationResult Result)
{
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ResultRecord result)
    {
        var reader = new CanonicalReader(bytes);
        result = new ResultRecord(reader.UInt64(), reader.Time(), reader.Digest(), OperationResult.Decode(ref reader));
        return reader.Complete;
    }
}

/// <summary>Encodes results: once each, to be kept as for the results root.</summary>
internal sealed class ResultEncoder
{
    private const int ProvenOffset = 2 * sizeof(ulong);

    private readonly CanonicalWriter _writer = new(1024);

    /// <summary>The leaf of the results root for a result that is not kept, or is kept already.</summary>
    public Digest LeafOf(Digest request, OperationResult result)
    {
        _writer.Clear();
        _writer.Digest(request);
        result.Encode(_writer);
        return MerkleTree.LeafHash(_writer.Written);
    }

    /// <summary>A result as it is kept, valid until the next call, and its leaf.</summary>
    public ReadOnlySpan<byte> Encode(in ResultRecord result, out Digest leaf)
    {
        _writer.Clear();
        _writer.UInt64(result.Counter);
        _writer.Time(result.Expires);
        _writer.Digest(result.Request);
        result.Result.Encode(_writer);
        leaf = MerkleTree.LeafHash(_writer.Written[ProvenOffset..]);
        return _writer.Written;
    }
}
