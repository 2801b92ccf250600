using System.Collections.Immutable;
using KvStore.Protocol;
using KvStore.Replication.Storing;
using KvStore.StateMachine;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>The canonical encodings: what is decoded encodes to the same bytes, and nothing is thrown.</summary>
internal static class CodecTargets
{
    private static readonly ShardPartition _partition = new(new ShardMap(1), new GroupId(0));
    private static readonly ShardState _state = StateWithKeys();

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All =>
    [
        FuzzTarget.Canonical("message", Corpus.Golden("message."), Message),
        FuzzTarget.Canonical("record", Corpus.Golden("log."), input => LogRecordCodec.Decode(input) is { } record ? LogRecordCodec.Encode(record) : null),
        FuzzTarget.Canonical("result", Corpus.Golden("result."), Result),
        FuzzTarget.Canonical("entry", LedgerEntries, input => LedgerEntry.Decode(input)?.Encode()),
        FuzzTarget.Canonical("chunk", [_state.EncodeChunk(Digest.Zero, 1 << 16).ToArray(), _state.EncodeChunk(Digest.Zero, 64).ToArray()], Chunk),
    ];

    /// <summary>Entries of a ledger.</summary>
    public static IReadOnlyList<byte[]> LedgerEntries { get; } =
    [
        .. Corpus.Golden("log.committed").Select(record => LogRecordCodec.Decode(record)).OfType<CommittedRecord>().Select(record =>
            new LedgerEntry(record.Certificate, record.Batch, record.Batch.Time, Digest.Of("results"u8), LedgerFrontier.Empty.Append(Digest.Zero).Append(Digest.Zero).Append(Digest.Zero)).Encode()),
    ];

    // What is a message must also be judged without an exception, whatever it says.
    private static byte[]? Message(byte[] input)
    {
        if (MessageCodec.Decode(FuzzGroup.Context, input, out _) is not { } message) return null;
        FuzzGroup.Verifier.TryVerify(message, out _, out _);
        return MessageCodec.Encode(FuzzGroup.Context, message);
    }

    private static byte[]? Result(byte[] input)
    {
        var reader = new CanonicalReader(input);
        var result = OperationResult.Decode(ref reader);
        return reader.Complete ? result.ToBytes() : null;
    }

    private static byte[]? Chunk(byte[] input)
    {
        var assembler = new SnapshotAssembler(_state.ComputeRoot(), new StateLimits(), ClientPolicy.Any, _partition);
        if (assembler.TryAdd(Digest.Zero, input, out _)) assembler.TryComplete(out _);
        var reader = new CanonicalReader(input);
        var chunk = MapChunk.Decode(ref reader);
        return reader.Complete ? chunk.ToBytes() : null;
    }

    private static ShardState StateWithKeys()
    {
        var machine = new ShardStateMachine(new StateLimits(), ClientPolicy.Any, _partition, FuzzGroup.Context.Cluster);
        var requests = ImmutableArray.CreateBuilder<Request>();
        foreach (var bytes in Corpus.Golden("request.put").Where(static bytes => bytes.Length > Digest.Length))
        {
            var reader = new CanonicalReader(bytes);
            if (Request.Decode(ref reader) is { } request && reader.Complete) requests.Add(request);
        }

        machine.Execute(new SequenceNumber(1), Digest.Zero, requests[0].Created, requests);
        return machine.Publish();
    }
}
