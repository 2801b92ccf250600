// Everything that has an encoding, made of fixed keys: what the golden vectors are made of, and what mutations start from.
using System.Collections.Immutable;

namespace KvStore.Protocol.Tests;

/// <summary>A group of four with fixed keys, and one of everything that it says.</summary>
internal static class Samples
{
    private static readonly Ed25519PrivateKey[] Keys = [.. Enumerable.Range(0, 4).Select(index => Key((byte)(index * 0x20)))];
    private static readonly Ed25519PrivateKey ClientKey = Key(0x80);

    public static StatementContext Context { get; } = new(new ClusterId(Digest.Of("a cluster"u8)), new GroupId(2), new Epoch(3));

    public static GroupConfig Group { get; } = new(4);

    public static ConsensusConfig Consensus { get; } = new();

    public static ImmutableArray<PublicKey> Members { get; } = [.. Keys.Select(key => key.PublicKey)];

    public static PublicKey Client => ClientKey.PublicKey;

    public static MessageVerifier Verifier { get; } = new(Context, Group, Consensus, Members, Ed25519.Instance);

    public static Request PutRequest { get; } = Request(Operation(
        OperationMethod.Put, "/v1/kv/greeting", "", "hello", (OperationHeader.ContentType, "text/plain"), (OperationHeader.IfNoneMatch, "*")));

    public static Request GetRequest { get; } = Request(Operation(
        OperationMethod.Get, "/v1/kv/a%2Fb", "?consistency=certified", "", (OperationHeader.Range, "bytes=0-4")), counter: 8);

    public static Batch Batch { get; } = new(new Timestamp(1_793_500_000_123), [PutRequest.DigestFor(Context.Cluster), GetRequest.DigestFor(Context.Cluster)]);

    public static Prepare Prepare { get; } = new(new View(5), new SequenceNumber(130), Batch.Digest);

    public static Commit Commit { get; } = new(new View(5), new SequenceNumber(130), Batch.Digest);

    public static Checkpoint Checkpoint { get; } = new(new SequenceNumber(128), Digest.Of("state"u8), Digest.Of("ledger"u8));

    public static PrePrepare PrePrepare { get; } = new(new View(5), new SequenceNumber(130), Batch.Digest);

    public static Executed Executed { get; } = new(new SequenceNumber(130), Batch.Digest, Batch.Time, Digest.Of("results"u8), Digest.Of("ledger"u8));

    public static OrderingCertificate Prepared { get; } = new(Certify(Prepare));

    public static ViewChange ViewChange { get; } = new(
        new View(6), Certify(Checkpoint), [new OrderingCertificate(Certify(Commit with { Sequence = new SequenceNumber(129) })), Prepared]);

    public static NewView NewView { get; } = new(
        new View(6),
        [Sign(0, ViewChange), Sign(1, new ViewChange(new View(6), null, [])), Sign(3, new ViewChange(new View(6), null, []))],
        [new CarriedBatch(new SequenceNumber(129), Batch.Digest), new CarriedBatch(new SequenceNumber(130), Batch.Digest)]);

    private static StatusMessage Status { get; } = new(new View(5), Active: true, new SequenceNumber(128), new SequenceNumber(130), new SequenceNumber(1), Rejoining: false);

    /// <summary>One of every message, by name.</summary>
    public static ImmutableArray<(string Name, PeerMessage Message)> Messages { get; } =
    [
        ("prepare", new StatementMessage(Sign(1, Prepare))),
        ("commit", new StatementMessage(Sign(1, Commit))),
        ("executed", new StatementMessage(Sign(1, Executed))),
        ("checkpoint", new StatementMessage(Sign(1, Checkpoint))),
        ("view-change", new StatementMessage(Sign(1, ViewChange))),
        ("new-view", new StatementMessage(Sign(2, NewView))),
        ("proposal", new ProposalMessage(Sign(1, PrePrepare), Batch)),
        ("requests", new RequestsMessage([PutRequest, GetRequest])),
        ("fetch-requests", new FetchRequestsMessage(Batch.Requests)),
        ("fetch-batches", new FetchBatchesMessage([Batch.Digest])),
        ("batches", new BatchesMessage([Batch, Batch.Null])),
        ("status", Status),
        ("committed", new CommittedMessage(Certify(Commit), Batch)),
        ("stable", new StableMessage(Certify(Checkpoint))),
        ("fetch-chunk", new FetchChunkMessage(new SequenceNumber(128), Digest.Of("from"u8))),
        ("chunk", new ChunkMessage(new SequenceNumber(128), Digest.Of("from"u8), "records"u8.ToArray())),
        ("read-index-query", new ReadIndexQuery(7)),
        ("read-index-answer", new ReadIndexAnswer(7, new SequenceNumber(130), Prepared)),
        ("read-index-answer-executed", new ReadIndexAnswer(7, new SequenceNumber(130), null)),
        ("recall", new RecallMessage(7, new Recollection(
            new View(5), new View(5), new SequenceNumber(128), new SequenceNumber(129), new SequenceNumber(160), [new SequenceNumber(129), new SequenceNumber(131)]))),
        ("complaint", new ComplaintMessage(new View(5))),
        ("recall-without-disk", new RecallMessage(7, null)),
        ("recalled", new RecalledMessage(7, new View(5), new SequenceNumber(128), Status, [Sign(1, PrePrepare), Sign(1, Commit)])),
    ];

    /// <summary>Every statement, by name.</summary>
    public static ImmutableArray<(string Name, Statement Statement)> Statements { get; } =
    [
        ("pre-prepare", PrePrepare), ("prepare", Prepare), ("commit", Commit), ("executed", Executed), ("checkpoint", Checkpoint),
        ("view-change", ViewChange), ("new-view", NewView),
    ];

    /// <summary>One of every log record, by name.</summary>
    public static ImmutableArray<(string Name, LogRecord Record)> Records { get; } =
    [
        ("proposal", new ProposalRecord(new View(5), new SequenceNumber(130), Batch, [PutRequest, GetRequest])),
        ("prepared", new PreparedRecord(Prepared)),
        ("committed", new CommittedRecord(Certify(Commit), Batch, [PutRequest])),
        ("view-change", new ViewChangeRecord(ViewChange)),
        ("new-view", new NewViewRecord(Sign(2, NewView))),
        ("stable", new StableRecord(Certify(Checkpoint))),
        ("rejoin", new RejoinRecord(new SequenceNumber(386))),
        ("reserved", new ReservedRecord(new View(5), new SequenceNumber(162))),
    ];

    /// <summary>Results, by name.</summary>
    public static ImmutableArray<(string Name, OperationResult Result)> Results { get; } =
    [
        ("created", new OperationResult { Code = ResultCode.Created, Revision = 9, KeyRevision = 9, Length = 5 }),
        ("read", new OperationResult
        {
            Code = ResultCode.Ok, Revision = 9, KeyRevision = 7, Offset = 1, Length = 5, Value = "ell"u8.ToArray(), ContentType = "text/plain",
        }),
        ("refused", new OperationResult { Code = ResultCode.Stale, Revision = 9 }),
    ];

    public static Ed25519PrivateKey Key(byte first) => new([.. Enumerable.Range(first, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]);

    public static byte[] SignedBytes(Statement statement, StatementContext? context = null)
    {
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, context ?? Context, statement);
        return writer.ToArray();
    }

    public static Signed<TStatement> Sign<TStatement>(int signer, TStatement statement, StatementContext? context = null)
        where TStatement : Statement => new(statement, new ReplicaId((ushort)signer), Keys[signer % 4].Sign(SignedBytes(statement, context)));

    public static QuorumCertificate<TVote> Certify<TVote>(TVote vote, StatementContext? context = null)
        where TVote : Vote => CertifyBy(vote, [0, 1, 3], context);

    /// <summary>A certificate by any signers, also such as no honest replica would make.</summary>
    public static QuorumCertificate<TVote> CertifyBy<TVote>(TVote vote, int[] signers, StatementContext? context = null)
        where TVote : Vote => new(vote, [.. signers.Select(signer => new VoteSignature(new ReplicaId((ushort)signer), Sign(signer, vote, context).Signature))]);

    public static Operation Operation(OperationMethod method, string path, string query, string body, params (OperationHeader, string)[] headers)
    {
        ImmutableArray<OperationHeaderField> fields = [.. headers.Select(header => new OperationHeaderField(header.Item1, header.Item2))];
        Assert.True(Protocol.Operation.TryCreate(method, path, query, fields, System.Text.Encoding.ASCII.GetBytes(body), out var operation));
        return operation;
    }

    public static Request Request(Operation operation, ulong counter = 7, ClusterId? cluster = null)
    {
        var unsigned = Unsigned(operation, counter, default);
        return Unsigned(operation, counter, ClientKey.Sign(SignatureBase.Of(unsigned, cluster ?? Context.Cluster)));
    }

    public static Request Unsigned(Operation operation, ulong counter, Signature signature) => new()
    {
        Client = Client,
        Nonce = new Nonce(new SessionId(0x0102030405060708), counter),
        Created = new Timestamp(1_793_500_000_000),
        Expires = new Timestamp(1_793_500_060_000),
        Operation = operation,
        Signature = signature,
    };

    public static byte[] Encode(Action<CanonicalWriter> encode)
    {
        var writer = new CanonicalWriter();
        encode(writer);
        return writer.ToArray();
    }
}
