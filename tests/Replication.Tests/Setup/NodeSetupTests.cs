using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Setup;

/// <summary>What a node starts with, and with what it does not.</summary>
public sealed class NodeSetupTests : IDisposable
{
    private readonly SetupFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_node_finds_itself_among_the_members()
    {
        using var setup = NodeSetup.Read(SetupFolder.Config(_folder.Node(2, SetupFolder.Signed())));
        Assert.Equal(2, setup.Self.Index);
        Assert.Equal("10.0.0.3:7000", setup.PeerListen().ToString());
        Assert.Equal("http://10.0.0.3:7001", setup.ClientListen());
        Assert.True(setup.Config.IsDurable);
        Assert.False(setup.Config.AllowUnsigned);
    }

    [Fact]
    public void No_node_is_made_from_a_genesis_that_not_all_signed_or_for_a_stranger()
    {
        Assert.Throws<SetupException>(() => _folder.Node(0, SetupFolder.Signed(members: 3)));
        Assert.Throws<SetupException>(() => _folder.Node(7, SetupFolder.Signed()));
        _folder.Node(0, SetupFolder.Signed());
        Assert.Throws<SetupException>(() => _folder.Node(0, SetupFolder.Signed()));
    }

    [Fact]
    public void A_node_refuses_a_genesis_that_not_all_signed()
    {
        var node = _folder.Node(0, SetupFolder.Signed());
        SetupFolder.Signed(members: 3).Write(Path.Combine(node, "genesis.json"), overwrite: true);
        Assert.Contains("node3", Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_refuses_a_key_that_is_no_members_or_has_another_role()
    {
        var node = _folder.Node(0, SetupFolder.Signed());
        KeyFile.Write(Path.Combine(node, "node.key"), SetupFolder.Seed(7), KeyRole.Replica, isDevelopment: false, overwrite: true);
        Assert.Contains("no member", Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node))).Message, StringComparison.Ordinal);
        KeyFile.Write(Path.Combine(node, "node.key"), SetupFolder.Seed(0), KeyRole.Client, isDevelopment: false, overwrite: true);
        Assert.Contains("replica", Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_leave_to_start_for_the_first_time_is_taken_away_when_the_node_has_run()
    {
        using var setup = NodeSetup.Read(SetupFolder.Config(_folder.Node(0, SetupFolder.Signed())));
        Assert.Equal((false, true), (setup.Marks.HasRun(), setup.Marks.MayStartFirst()));
        Directory.CreateDirectory(setup.Config.DataPath);
        setup.Marks.OnStart();
        Assert.Equal((true, false), (setup.Marks.HasRun(), setup.Marks.MayStartFirst()));
        setup.Marks.OnStart();
        Directory.Delete(setup.Config.DataPath, recursive: true);
        Assert.Equal((false, false), (setup.Marks.HasRun(), setup.Marks.MayStartFirst()));
    }

    [Fact]
    public void A_node_that_ran_before_on_another_machine_gets_no_leave()
    {
        using var setup = NodeSetup.Read(SetupFolder.Config(_folder.Node(0, SetupFolder.Signed(), isFirst: false)));
        Assert.Equal((false, false), (setup.Marks.HasRun(), setup.Marks.MayStartFirst()));
    }

    [Fact]
    public void Data_of_another_cluster_is_refused()
    {
        var node = _folder.Node(0, SetupFolder.Signed());
        using (var setup = NodeSetup.Read(SetupFolder.Config(node)))
        {
            Directory.CreateDirectory(setup.Config.DataPath);
            setup.Marks.OnStart();
        }

        SetupFolder.Signed(name: "another").Write(Path.Combine(node, "genesis.json"), overwrite: true);
        Assert.Contains("cluster", Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_can_not_sign_for_others_where_clients_are_listed()
    {
        var node = _folder.Node(0, Listed());
        Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node, flags: [("allowUnsigned", "true")])));
    }

    [Fact]
    public void A_node_that_has_moved_is_found_by_its_peers_configuration()
    {
        var node = _folder.Node(0, SetupFolder.Signed());
        using var setup = NodeSetup.Read(SetupFolder.Config(node, flags: [("peers", "node1=192.168.0.9:99, node3=h:1")]));
        Assert.Equal(["10.0.0.1:7000", "192.168.0.9:99", "10.0.0.3:7000", "h:1"], setup.Addresses);
        Assert.Throws<SetupException>(() => NodeSetup.Read(SetupFolder.Config(node, flags: [("peers", "nobody=h:1")])));
    }

    private static GenesisDocument Listed()
    {
        var members = Enumerable.Range(0, 4).Select(SetupFolder.MemberOf).ToList();
        var document = GenesisDocument.Create("listed", [.. members], 1, ClientPolicy.Only([members[0].Key]));
        for (var i = 0; i < members.Count; i++)
        {
            using var key = new Protocol.Ed25519PrivateKey(SetupFolder.Seed(i));
            document = document.Sign(key);
        }

        return document;
    }
}
