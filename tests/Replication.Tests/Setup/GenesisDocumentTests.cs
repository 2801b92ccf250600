using System.Text;
using System.Text.RegularExpressions;
using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Setup;

/// <summary>What a cluster's operators agree on, and what is refused of it.</summary>
public sealed class GenesisDocumentTests : IDisposable
{
    private readonly SetupFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_document_that_all_signed_comes_back_from_its_file_as_it_was()
    {
        var signed = SetupFolder.Signed();
        signed.RequireAllSignatures();
        signed.Write(_folder["genesis.json"], overwrite: false);
        var read = GenesisDocument.Read(_folder["genesis.json"]);
        Assert.Equal(signed.SignedBytes(), read.SignedBytes());
        Assert.Equal(signed.Genesis.Cluster, read.Genesis.Cluster);
        Assert.Equal(signed.Signatures, read.Signatures);
        Assert.Equal(2, read.Genesis.Groups.Length);
        Assert.All(read.Genesis.Groups, group => Assert.Equal(read.Members.Select(member => member.Key), group.Members));
    }

    [Fact]
    public void The_primaries_of_a_new_cluster_are_monitored_and_a_document_from_before_that_is_still_good()
    {
        var created = SetupFolder.Unsigned();
        Assert.All(created.Genesis.Groups, group => Assert.Equal(new MonitorConfig(), group.Config.Monitor));
        var genesis = created.Genesis;
        var old = created with { Genesis = new Genesis { Name = genesis.Name, Groups = [.. genesis.Groups.Select(group => group with { Config = new GroupConfig(4) })] } };
        old.Write(_folder["old.json"], overwrite: false);
        Assert.DoesNotContain("onitor", File.ReadAllText(_folder["old.json"]), StringComparison.Ordinal);
        var read = GenesisDocument.Read(_folder["old.json"]);
        Assert.Equal(old.SignedBytes(), read.SignedBytes());
        Assert.All(read.Genesis.Groups, group => Assert.Null(group.Config.Monitor));
        Assert.NotEqual(created.Genesis.Cluster, read.Genesis.Cluster);
    }

    [Fact]
    public void Who_has_not_signed_is_named()
    {
        var wrong = Assert.Throws<SetupException>(SetupFolder.Signed(members: 2).RequireAllSignatures);
        Assert.Contains("node2, node3", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signing_again_changes_nothing_and_a_stranger_can_not_sign()
    {
        var once = SetupFolder.Signed(members: 1);
        using var key = new Ed25519PrivateKey(SetupFolder.Seed(0));
        Assert.Equal(once.Signatures, once.Sign(key).Signatures);
        using var stranger = new Ed25519PrivateKey(SetupFolder.Seed(9));
        Assert.Throws<SetupException>(() => once.Sign(stranger));
    }

    [Fact]
    public void Signatures_of_copies_of_one_document_are_put_together_and_of_others_are_not()
    {
        using var last = new Ed25519PrivateKey(SetupFolder.Seed(3));
        var merged = SetupFolder.Signed(members: 3).Merge(SetupFolder.Unsigned().Sign(last), "the copy");
        merged.RequireAllSignatures();
        Assert.Throws<SetupException>(() => merged.Merge(SetupFolder.Unsigned("another"), "the copy"));
    }

    [Fact]
    public void Addresses_are_signed_but_do_not_make_another_cluster()
    {
        var document = SetupFolder.Unsigned();
        var moved = document with { Members = document.Members.SetItem(0, document.Members[0] with { Peer = "10.9.9.9:1" }) };
        Assert.Equal(document.Genesis.Cluster, moved.Genesis.Cluster);
        Assert.NotEqual(document.SignedBytes(), moved.SignedBytes());
    }

    [Theory]
    [InlineData("10.0.0.2:7000", "10.0.0.9:7000", "signature of 'node0'")]
    [InlineData("\"node1\"", "\"node7\"", "signature of 'node0'")]
    [InlineData("\"shards\": 2", "\"shards\": 3", "makes the cluster")]
    [InlineData("\"name\": \"wire\"", "\"name\": \"other\"", "makes the cluster")]
    [InlineData("\"checkpointInterval\": 128", "\"checkpointInterval\": 64", "makes the cluster")]
    [InlineData("\"checkpointInterval\": 128", "\"checkpointInterval\": 0", "checkpointInterval")]
    [InlineData("\"checkpointInterval\": 128", "\"checkpointInterval\": -1", "checkpointInterval")]
    [InlineData("\"checkpointInterval\": 128", "\"checkpointInterval\": 2000", "checkpointInterval")]
    [InlineData("\"batchRequestsMax\": 1024", "\"batchRequestsMax\": 8193", "batchRequestsMax")]
    [InlineData("\"snapshotChunkBytes\": 262144", "\"snapshotChunkBytes\": 8388609", "snapshotChunkBytes")]
    [InlineData("\"requestTimeoutTicks\": 40", "\"requestTimeoutTicks\": 18446744073709551615", "requestTimeoutTicks")]
    [InlineData("\"deltaPercent\": 50", "\"deltaPercent\": 101", "deltaPercent")]
    [InlineData("\"deltaPercent\": 50", "\"deltaPercent\": 60", "makes the cluster")]
    [InlineData("\"samplesMin\": 4", "\"samplesMin\": 0", "samplesMin")]
    [InlineData("\"monitored-round-robin\"", "\"round-robin\"", "'monitor'")]
    [InlineData("\"shards\": 2", "\"shards\": 65", "65")]
    [InlineData("\"byzantine\"", "\"crash\"", "crash")]
    [InlineData("\"kv-genesis-1\"", "\"kv-genesis-2\"", "kv-genesis-2")]
    [InlineData("\"shards\": 2,", "\"shards\": 2, \"shards\": 2,", "line")]
    [InlineData("\"shards\": 2,", "\"shards\": 2, \"extra\": 1,", "extra")]
    [InlineData("\"shards\": 2,", "", "shards")]
    [InlineData("\"shards\": 2", "\"Shards\": 2", "Shards")]
    [InlineData("\"shards\": 2", "\"shards\": null", "shards")]
    [InlineData("\"shards\": 2", "\"shards\": \"2\"", "shards")]
    [InlineData("\"clients\": \"any\"", "\"clients\": \"none\"", "none")]
    [InlineData("http://10.0.0.2:7001", "http://10.0.0.1:7001", "node0")]
    [InlineData("http://10.0.0.2:7001", "ftp://10.0.0.2:7001", "ftp")]
    [InlineData("10.0.0.2:7000", "10.0.0.1:7000", "node0")]
    [InlineData("10.0.0.2:7000", "10.0.0.2", "node1")]
    [InlineData("\"member\": \"node1\"", "\"member\": \"node0\"", "node0")]
    [InlineData("\"member\": \"node1\"", "\"member\": \"nobody\"", "nobody")]
    public void What_was_changed_in_a_document_is_refused_with_its_place(string from, string to, string named)
    {
        SetupFolder.Signed().Write(_folder["genesis.json"], overwrite: false);
        var text = File.ReadAllText(_folder["genesis.json"]);
        var changed = new Regex(Regex.Escape(from), RegexOptions.None, TimeSpan.FromSeconds(1)).Replace(text, to, 1);
        Assert.NotEqual(text, changed);
        var wrong = Assert.Throws<SetupException>(() => GenesisDocument.Parse(Encoding.UTF8.GetBytes(changed), "the file"));
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 1024, true)]
    [InlineData(40, 128, true)]
    [InlineData(60, 128, false)]
    [InlineData(100, 16, true)]
    [InlineData(100, 32, false)]
    public void A_group_is_refused_whose_new_view_would_fit_no_message(int members, int interval, bool fits)
    {
        var wrong = GenesisRules.JudgeSize(members, new ConsensusConfig { CheckpointInterval = interval });
        Assert.Equal(fits, wrong is null);
        if (!fits) Assert.Contains("checkpointInterval", wrong, StringComparison.Ordinal);
        Assert.Null(GenesisRules.JudgeSize(members, GenesisRules.OrderingFor(members)));
    }

    [Fact]
    public void No_byte_of_a_document_can_be_flipped_unseen()
    {
        SetupFolder.Signed().Write(_folder["genesis.json"], overwrite: false);
        var bytes = File.ReadAllBytes(_folder["genesis.json"]);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 2;
            GenesisDocument? read = null;
            try
            {
                read = GenesisDocument.Parse(bytes, "the file");
            }
            catch (SetupException)
            {
                // Refused, as most are. What is not refused says the same.
            }

            if (read is not null) Assert.Equal(SetupFolder.Unsigned().SignedBytes(), read.SignedBytes());
            bytes[at] ^= 2;
        }
    }

    [Fact]
    public void Members_with_a_key_a_name_or_an_address_in_common_make_no_cluster()
    {
        var (first, second) = (SetupFolder.MemberOf(0), SetupFolder.MemberOf(1));
        foreach (var twin in (Member[])[second with { Key = first.Key }, second with { Name = "NODE0" }, second with { Peer = first.Peer }, second with { Client = first.Client }, second with { Peer = "10.0.0.1:7001" }])
            Assert.Throws<SetupException>(() => GenesisDocument.Create("twins", [first, twin], 1, ClientPolicy.Any));
        GenesisDocument.Create("two", [first, second], 1, ClientPolicy.Any);
    }
}
