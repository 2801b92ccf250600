using BenchmarkDotNet.Attributes;
using KvStore.Protocol;

namespace KvStore.Benchmarks;

/// <summary>Messages between replicas to bytes and back.</summary>
public class EncodingBenchmarks
{
    private const int BatchRequests = 512;

    private readonly PeerMessage _vote;
    private readonly PeerMessage _request;
    private readonly PeerMessage _proposal;
    private readonly byte[] _voteBytes;
    private readonly byte[] _requestBytes;
    private readonly byte[] _proposalBytes;

    /// <summary>Makes the messages.</summary>
    public EncodingBenchmarks()
    {
        var batch = Samples.BatchOf(Samples.Puts(BatchRequests, i => i));
        var signature = Samples.Key.Sign(Samples.Bytes(100));
        _vote = new StatementMessage(new Signed<Prepare>(new Prepare(new View(5), new SequenceNumber(130), batch.Digest), new ReplicaId(1), signature));
        _request = new RequestsMessage([Samples.SignedPut(1, 1)]);
        _proposal = new ProposalMessage(new Signed<PrePrepare>(new PrePrepare(new View(5), new SequenceNumber(130), batch.Digest), new ReplicaId(1), signature), batch);
        _voteBytes = EncodeVote();
        _requestBytes = EncodeRequest();
        _proposalBytes = EncodeProposalOf512();
    }

    /// <summary>A vote to bytes.</summary>
    [Benchmark]
    public byte[] EncodeVote() => MessageCodec.Encode(Samples.Context, _vote);

    /// <summary>A vote from bytes.</summary>
    [Benchmark]
    public object? DecodeVote() => MessageCodec.Decode(Samples.Context, _voteBytes, out _);

    /// <summary>A signed put to bytes.</summary>
    [Benchmark]
    public byte[] EncodeRequest() => MessageCodec.Encode(Samples.Context, _request);

    /// <summary>A signed put from bytes.</summary>
    [Benchmark]
    public object? DecodeRequest() => MessageCodec.Decode(Samples.Context, _requestBytes, out _);

    /// <summary>A proposal of 512 requests to bytes.</summary>
    [Benchmark]
    public byte[] EncodeProposalOf512() => MessageCodec.Encode(Samples.Context, _proposal);

    /// <summary>A proposal of 512 requests from bytes.</summary>
    [Benchmark]
    public object? DecodeProposalOf512() => MessageCodec.Decode(Samples.Context, _proposalBytes, out _);
}
