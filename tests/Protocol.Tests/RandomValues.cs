using System.Collections.Immutable;

namespace KvStore.Protocol.Tests;

/// <summary>Well-formed values of a seed. Signatures are any bytes: form alone is meant.</summary>
internal sealed class RandomValues(int seed)
{
    private readonly Random _random = new(seed);

    public PeerMessage Message() => _random.Next(16) switch
    {
        0 => new StatementMessage(Statement()),
        1 => new ProposalMessage(Signed(new PrePrepare(View(), Sequence(), Digest())), Batch()),
        2 => new RequestsMessage(Many(Request)),
        3 => new FetchRequestsMessage(Many(Digest)),
        4 => new FetchBatchesMessage(Many(Digest)),
        5 => new BatchesMessage(Many(Batch)),
        6 => Status(),
        7 => new CommittedMessage(Certificate(new Commit(View(), Sequence(), Digest())), Batch()),
        8 => new StableMessage(Certificate(Checkpoint())),
        9 => new FetchChunkMessage(Sequence(), Digest()),
        10 => new ChunkMessage(Sequence(), Digest(), Bytes(_random.Next(100))),
        11 => new ReadIndexQuery(Number(ulong.MaxValue)),
        12 => new RecallMessage(Number(ulong.MaxValue), Bool() ? Recollection() : null),
        13 => new RecalledMessage(Number(ulong.MaxValue), View(), Sequence(), Status(), [.. Enumerable.Range(0, _random.Next(RecalledMessage.StatementsMax + 1)).Select(_ => Statement())]),
        14 => new ComplaintMessage(View()),
        _ => new ReadIndexAnswer(Number(ulong.MaxValue), Sequence(), Bool() ? Ordering(Sequence()) : null),
    };

    private StatusMessage Status() => new(View(), Bool(), Sequence(), Sequence(), Sequence(), Bool());

    private Recollection Recollection()
    {
        var (one, other) = (View(), View());
        return new Recollection(one >= other ? one : other, one >= other ? other : one, Sequence(), Sequence(), Sequence(), Ascending());
    }

    private ImmutableArray<SequenceNumber> Ascending() => [.. new SortedSet<SequenceNumber>(Many(Sequence))];

    public LogRecord Record() => _random.Next(8) switch
    {
        0 => new ProposalRecord(View(), Sequence(), Batch(), Many(Request)),
        1 => new PreparedRecord(Ordering(Sequence())),
        2 => new CommittedRecord(Certificate(new Commit(View(), Sequence(), Digest())), Batch(), Many(Request)),
        3 => new ViewChangeRecord(ViewChange()),
        4 => new NewViewRecord(Signed(NewView())),
        5 => new StableRecord(Certificate(Checkpoint())),
        6 => new ReservedRecord(View(), Sequence()),
        _ => new RejoinRecord(Sequence()),
    };

    public Request Request()
    {
        var method = (OperationMethod)_random.Next(1, 6);
        ImmutableArray<OperationHeaderField> headers =
            [.. Enum.GetValues<OperationHeader>().Where(_ => Bool()).Select(header => new OperationHeaderField(header, Text(_random.Next(20))))];
        var hasBody = method is OperationMethod.Put or OperationMethod.Post or OperationMethod.Patch;
        Assert.True(Operation.TryCreate(method, "/" + Text(_random.Next(20)), Bool() ? "" : "?" + Text(_random.Next(20)), headers,
            hasBody ? Bytes(_random.Next(50)) : default, out var operation));
        var created = (ulong)_random.Next() * 1000;
        return new Request
        {
            Client = PublicKey.Read(Bytes(32)),
            Nonce = new Nonce(new SessionId(Number(ulong.MaxValue)), Number(ulong.MaxValue)),
            Created = new Timestamp(created),
            Expires = new Timestamp(created + ((ulong)_random.Next(301) * 1000)),
            Operation = operation,
            Signature = Signature(),
        };
    }

    public Batch Batch() => new(new Timestamp(Number(CanonicalReader.NumberMax)), Many(Digest));

    public OperationResult Result() => new()
    {
        Code = (ResultCode)_random.Next(1, 15),
        Revision = Number(ulong.MaxValue),
        KeyRevision = Number(ulong.MaxValue),
        Offset = Number(ulong.MaxValue),
        Length = Number(ulong.MaxValue),
        Value = Bytes(_random.Next(50)),
        ContentType = Text(_random.Next(20)),
    };

    private Signed Statement() => _random.Next(7) switch
    {
        0 => Signed(new PrePrepare(View(), Sequence(), Digest())),
        1 => Signed(new Prepare(View(), Sequence(), Digest())),
        2 => Signed(new Commit(View(), Sequence(), Digest())),
        3 => Signed(new Executed(Sequence(), Digest(), new Timestamp(Number(CanonicalReader.NumberMax)), Digest(), Digest())),
        4 => Signed(Checkpoint()),
        5 => Signed(ViewChange()),
        _ => Signed(NewView()),
    };

    private ViewChange ViewChange()
    {
        var positions = new SortedSet<ulong>(Many(() => Number(CanonicalReader.NumberMax)));
        return new ViewChange(View(), Bool() ? Certificate(Checkpoint()) : null, [.. positions.Select(position => Ordering(new SequenceNumber(position)))]);
    }

    private NewView NewView()
    {
        var viewChanges = Signers().Select(signer => new Signed<ViewChange>(ViewChange(), signer, Signature()));
        return new NewView(View(), [.. viewChanges], Many(() => new CarriedBatch(Sequence(), Digest())));
    }

    private OrderingCertificate Ordering(SequenceNumber sequence) => Bool()
        ? new OrderingCertificate(Certificate(new Prepare(View(), sequence, Digest())))
        : new OrderingCertificate(Certificate(new Commit(View(), sequence, Digest())));

    private Checkpoint Checkpoint() => new(Sequence(), Digest(), Digest());

    private QuorumCertificate<TVote> Certificate<TVote>(TVote vote)
        where TVote : Vote => new(vote, [.. Signers().Select(signer => new VoteSignature(signer, Signature()))]);

    private Signed<TStatement> Signed<TStatement>(TStatement statement)
        where TStatement : Statement => new(statement, new ReplicaId((ushort)_random.Next(65536)), Signature());

    private IEnumerable<ReplicaId> Signers() => new SortedSet<ushort>(Many(() => (ushort)_random.Next(65536))).Select(index => new ReplicaId(index));

    private ImmutableArray<T> Many<T>(Func<T> make) => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => make())];

    private bool Bool() => _random.Next(2) == 0;

    private View View() => new(Number(CanonicalReader.NumberMax));

    private SequenceNumber Sequence() => new(Number(CanonicalReader.NumberMax));

    private Digest Digest() => Protocol.Digest.Read(Bytes(32));

    private Signature Signature() => Protocol.Signature.Read(Bytes(64));

    // Small, anything and the largest: the edges come up as often as the middle.
    private ulong Number(ulong max) => _random.Next(3) switch
    {
        0 => (ulong)_random.Next(10),
        1 => max,
        _ => (ulong)_random.NextInt64() % (max / 2),
    };

    private string Text(int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)_random.Next('!', '~' + 1))]);

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
