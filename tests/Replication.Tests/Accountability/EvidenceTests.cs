using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Setup;
using KvStore.Replication.Tests.Setup;

namespace KvStore.Replication.Tests.Accountability;

/// <summary>Whoever contradicts itself is convicted by its own signatures, also after a restart; and nobody else is.</summary>
public sealed class EvidenceTests : IDisposable
{
    private const ushort Liar = 2;

    private readonly SetupFolder _folder = new();
    private readonly Genesis _genesis = SetupFolder.Signed().Genesis;

    private StatementContext Context => new(_genesis.Cluster, new GroupId(1), new Epoch(0));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Evidence_outlives_the_process_and_its_file_is_what_others_can_check()
    {
        var record = Assert.Single(Convicted(Keeper()).Records);
        Assert.Equal(record, Assert.Single(Keeper().Records));
        var file = Assert.Single(Directory.GetFiles(_folder["evidence"]));
        Assert.Equal(record, EvidenceRecord.Verify(File.ReadAllBytes(file), _genesis, "it"));
        Assert.Equal((1u, (int)Liar), (record.Shard, record.Replica));
    }

    [Fact]
    public void What_is_seen_again_after_a_restart_is_kept_once_and_of_each_signer_only_a_few()
    {
        Convicted(Keeper());
        var keeper = Convicted(Keeper());
        Assert.Single(keeper.Records);
        for (byte batch = 3; batch < 20; batch++) Assert.Null(keeper.Add(Commit(1), Commit(batch)));
        Assert.Equal(EvidenceKeeper.RecordsPerSignerMax, keeper.Records.Count);
        Assert.Equal(keeper.Records, Keeper().Records);
    }

    [Fact]
    public void A_file_that_was_altered_is_no_evidence_and_stays_where_it_is()
    {
        Convicted(Keeper());
        var file = Assert.Single(Directory.GetFiles(_folder["evidence"]));
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"replica\":2", "\"replica\":1", StringComparison.Ordinal));
        Assert.Empty(Keeper().Records);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void What_can_not_be_written_is_said_and_is_kept_in_memory()
    {
        File.WriteAllText(_folder["evidence"], "in the way");
        var keeper = Keeper();
        Assert.NotNull(keeper.Add(Commit(1), Commit(2)));
        Assert.Single(keeper.Records);
    }

    [Fact]
    public void Statements_that_a_correct_replica_may_make_both_are_no_evidence()
    {
        var keeper = Keeper();
        Signed[] fine =
        [
            Commit(1), Commit(2, view: 1), Commit(2, sequence: 8), Sign(new Prepare(new View(0), new SequenceNumber(7), Digest.Of([2]))),
            Sign(new Checkpoint(new SequenceNumber(7), Digest.Zero, Digest.Zero)), Sign(new ViewChange(new View(1), null, [])),
        ];
        foreach (var one in fine)
        {
            foreach (var other in fine) keeper.Add(one, other);
        }

        Assert.Empty(keeper.Records);
        Assert.False(Directory.Exists(_folder["evidence"]));
    }

    public static TheoryData<string> Kinds => [.. Contradictions().Select(pair => pair.One.Kind.ToString())];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_statements_of_one_kind_about_one_thing_convict(string kind)
    {
        var (one, other) = Contradictions().Single(pair => pair.One.Kind.ToString() == kind);
        var record = EvidenceRecord.Of(Context, _genesis.Groups[1].Members[Liar], Sign(one), Sign(other));
        Assert.Equal(record, EvidenceRecord.Verify(record.ToBytes(), _genesis, "it"));
        Assert.Equal(kind, record.Later.Kind);
    }

    [Fact]
    public void Every_altered_copy_is_refused()
    {
        var bytes = Convicted(Keeper()).Records[0].ToBytes();
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var copy = (byte[])bytes.Clone();
                copy[at] ^= (byte)(1 << bit);
                Assert.Throws<SetupException>(() => EvidenceRecord.Verify(copy, _genesis, "it"));
            }
        }
    }

    [Fact]
    public void Evidence_of_another_cluster_shard_or_signer_proves_nothing_here()
    {
        var key = _genesis.Groups[1].Members[Liar];
        EvidenceRecord[] wrong =
        [
            EvidenceRecord.Of(Context with { Cluster = default }, key, Commit(1), Commit(2)),
            EvidenceRecord.Of(Context with { Group = new GroupId(2) }, key, Commit(1), Commit(2)),
            EvidenceRecord.Of(Context with { Group = new GroupId(0) }, key, Commit(1), Commit(2)),
            EvidenceRecord.Of(Context, key, Commit(1), Commit(1)),
            EvidenceRecord.Of(Context, _genesis.Groups[1].Members[0], Commit(1), Commit(2)),
        ];
        foreach (var record in wrong) Assert.Throws<SetupException>(() => EvidenceRecord.Verify(record.ToBytes(), _genesis, "it"));
    }

    private static IEnumerable<(Statement One, Statement Other)> Contradictions()
    {
        var (view, sequence, one, other) = (new View(3), new SequenceNumber(7), Digest.Of([1]), Digest.Of([2]));
        yield return (new PrePrepare(view, sequence, one), new PrePrepare(view, sequence, other));
        yield return (new Prepare(view, sequence, one), new Prepare(view, sequence, other));
        yield return (new Commit(view, sequence, one), new Commit(view, sequence, other));
        yield return (new Executed(sequence, one, default, one, one), new Executed(sequence, one, default, one, other));
        yield return (new Checkpoint(sequence, one, one), new Checkpoint(sequence, other, one));
        yield return (new NewView(view, [], [new CarriedBatch(sequence, one)]), new NewView(view, [], []));
    }

    private EvidenceKeeper Keeper() => new(Context, _genesis.Groups[1].Members, new EvidenceFiles(_folder["evidence"], _genesis));

    private EvidenceKeeper Convicted(EvidenceKeeper keeper)
    {
        Assert.Null(keeper.Add(Commit(1), Commit(2)));
        return keeper;
    }

    private Signed<Commit> Commit(byte batch, ulong view = 0, ulong sequence = 7) => Sign(new Commit(new View(view), new SequenceNumber(sequence), Digest.Of([batch])));

    private Signed<TStatement> Sign<TStatement>(TStatement statement)
        where TStatement : Statement
    {
        using var key = new Ed25519PrivateKey(SetupFolder.Seed(Liar));
        var writer = new CanonicalWriter();
        StatementCodec.EncodeSignedBytes(writer, Context, statement);
        return new Signed<TStatement>(statement, new ReplicaId(Liar), key.Sign(writer.Written));
    }
}
