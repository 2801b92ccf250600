// The vectors of docs/wire.md that are made above the protocol: genesis, results and ledger, and what goes between nodes.
using KvStore.Protocol;
using KvStore.Replication.Pool.Envelopes;
using KvStore.Replication.Pool.Network;
using KvStore.Replication.Setup;
using KvStore.Replication.Tests.Network;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests;

public class WireVectorTests
{
    private static readonly Digest Batch = Parse("b75e9b79be2b1cbf05bda2b301d264ad26ca702bd7ab6928431c1c15a5dfc254");
    private static readonly Digest Request = Parse("66de0ca8bdaa186b6d3812498269a29108ac2363905375e81f5f006feb25d835");

    [Fact]
    public void The_genesis_and_the_leaves_are_those_of_the_wire_document()
    {
        var result = new OperationResult { Code = ResultCode.Created, Revision = 9, KeyRevision = 9, Length = 5 };
        var leaf = ExecutedBatch.ResultLeaf(Request, result);
        var genesis = new Genesis
        {
            Name = "wire",
            Groups = [new GroupGenesis(new GroupId(2), new GroupConfig(4), [.. Enumerable.Range(0, 4).Select(Member)])],
        };
        string[] expected =
        [
            $"shard.result-leaf = {leaf}",
            $"shard.ledger-leaf = {ExecutedBatch.LedgerLeaf(new SequenceNumber(130), Batch, new Timestamp(1_793_500_000_123), leaf)}",
            $"shard.genesis = {Convert.ToHexStringLower(genesis.Encode())}",
            $"shard.cluster-id = {genesis.Cluster}",
        ];
        AreThoseOfTheDocument("shard.", expected);
    }

    [Fact]
    public void The_frames_between_nodes_are_those_of_the_wire_document()
    {
        var introduction = new Introduction(
            new ClusterId(Digest.Of("a cluster"u8)), new ReplicaId(1), new ReplicaId(0), new TlsEnds(Digest.Of("dialler"u8), Digest.Of("listener"u8)),
            new ConnectionNonce(Digest.Of("challenge"u8)), new ConnectionNonce(Digest.Of("nonce"u8)));
        using var dialler = KeyOf(1);
        using var listener = KeyOf(0);
        var ping = new byte[Frames.PingLength];
        Frames.WritePing(ping, FrameKind.Ping, 7);
        (string Name, byte[] Bytes)[] vectors =
        [
            ("challenge", Introduction.EncodeChallenge(introduction.Challenge)),
            ("hello.signed-bytes", introduction.HelloBytes()),
            ("hello", introduction.EncodeHello(dialler.Sign(introduction.HelloBytes()))),
            ("welcome.signed-bytes", introduction.WelcomeBytes()),
            ("welcome", Introduction.EncodeWelcome(listener.Sign(introduction.WelcomeBytes()))),
            ("message", RawConnection.MessageFrame(new StatementContext(introduction.Cluster, new GroupId(2), new Epoch(3)), new ReadIndexQuery(7))),
            ("ping", ping),
        ];
        AreThoseOfTheDocument("peer.", [.. vectors.Select(vector => $"peer.{vector.Name} = {Convert.ToHexStringLower(vector.Bytes)}")]);
    }

    [Fact]
    public void The_envelopes_between_nodes_are_those_of_the_wire_document()
    {
        var (cluster, from, to) = (new ClusterId(Digest.Of("a cluster"u8)), new ReplicaId(1), new ReplicaId(0));
        using var key = KeyOf(1);
        var hello = new Hello(from, to, Asks: true, new RunPoint(Digest.Of("x"u8), Digest.Of("y"u8)));
        var keys = new SharedKeys([.. Enumerable.Range(0, 32).Select(value => (byte)value)], []);
        var session = new EnvelopeSession(hello.Point, keys, new EnvelopeLimits(), TimeProvider.System);
        var message = RawConnection.MessageFrame(new StatementContext(cluster, new GroupId(2), new Epoch(3)), new ReadIndexQuery(7));
        AreThoseOfTheDocument(
            "envelope.",
            [
                $"envelope.hello.signed-bytes = {Convert.ToHexStringLower(hello.SignedBytes(cluster))}",
                $"envelope.hello = {Convert.ToHexStringLower(hello.Encode(cluster, key))}",
                $"envelope.sealed = {Convert.ToHexStringLower(session.Seal(new EnvelopeEnds(EnvelopeKind.Sealed, from, to), [message]))}",
            ]);
    }

    [Fact]
    public void What_operators_sign_is_that_of_the_wire_document()
    {
        using var key = new Ed25519PrivateKey([.. Enumerable.Range(0, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]);
        var enrolment = Enrolment.Create(key, "alpha", "10.0.0.1:7000", "http://10.0.0.1:7001");
        var monitored = GenesisDocument.Create("wire", [enrolment.Member], 1, ClientPolicy.Any);
        var groups = monitored.Genesis.Groups.Select(group => group with { Config = new GroupConfig(1) });
        var document = monitored with { Genesis = new Genesis { Name = "wire", Groups = [.. groups] } };
        AreThoseOfTheDocument(
            "setup.",
            [
                $"setup.enrolment = {Convert.ToHexStringLower(Enrolment.SignedBytes(enrolment.Member))}",
                $"setup.enrolment-proof = {Convert.ToHexStringLower(enrolment.Proof.ToArray())}",
                $"setup.genesis-document = {Convert.ToHexStringLower(document.SignedBytes())}",
                $"setup.genesis-document-signature = {Convert.ToHexStringLower(document.Sign(key).Signatures[0]!.Value.ToArray())}",
                $"setup.monitored-genesis-document = {Convert.ToHexStringLower(monitored.SignedBytes())}",
            ]);
    }

    private static void AreThoseOfTheDocument(string prefix, string[] vectors)
    {
        if (Environment.GetEnvironmentVariable("KV_REWRITE_GOLDEN") == "1")
        {
            var next = 0;
            var lines = File.ReadAllLines(Document()).Select(line => line.StartsWith(prefix, StringComparison.Ordinal) ? vectors[next++] : line);
            File.WriteAllText(Document(), string.Join('\n', [.. lines, ""]));
        }

        Assert.Equal(vectors, File.ReadLines(Document()).Where(line => line.StartsWith(prefix, StringComparison.Ordinal)));
    }

    private static PublicKey Member(int index)
    {
        using var key = KeyOf(index);
        return key.PublicKey;
    }

    private static Ed25519PrivateKey KeyOf(int index) => new([.. Enumerable.Range(index * 0x20, Ed25519PrivateKey.SeedLength).Select(value => (byte)value)]);

    private static Digest Parse(string hex) => Digest.TryParse(hex, out var digest) ? digest : throw new FormatException(hex);

    private static string Document()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "KvStore.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "docs", "wire.md");
    }
}
