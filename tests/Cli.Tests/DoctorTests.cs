using System.Net;
using System.Text.Json;
using KvStore.Api.Operations;
using KvStore.Cli.Doctor;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Tests;

/// <summary>What <c>kv doctor</c> makes of what it sees.</summary>
public sealed class DoctorTests
{
    private const string Version = "1.0";

    private static readonly Genesis _genesis = new() { Name = "test", Groups = [new GroupGenesis(new GroupId(0), new GroupConfig(4), [])] };

    [Fact]
    public void Nodes_that_are_as_they_should_be_are_ok() => Assert.All(Judge(Sights()), finding => Assert.Equal(Level.Ok, finding.Level));

    [Fact]
    public void A_node_that_peers_do_not_reach_is_a_problem_and_one_that_clients_do_not_reach_a_warning()
    {
        var found = Wrong(Judge(With(Sights(), 2, sight => sight with { PeerError = "Refused.", Status = null, ClientError = "Refused.", ClockOffset = null })));
        Assert.Equal([(Level.Problem, "node2"), (Level.Warning, "node2")], found.Select(finding => (finding.Level, finding.Check)));
        Assert.All(found, finding => Assert.NotNull(finding.Advice));
    }

    [Fact]
    public void The_node_itself_need_not_answer_while_it_does_not_run()
    {
        var sights = With(Sights(), 0, sight => sight with { PeerError = "Refused.", Status = null, ClientError = "Refused." });
        Assert.Empty(Wrong(Judge(sights, runs: false)));
        Assert.Equal(2, Wrong(Judge(sights)).Count);
    }

    [Fact]
    public void Another_cluster_or_another_node_in_its_place_is_a_problem()
    {
        foreach (var other in (StatusDocument[])[StatusOf(1) with { Cluster = "other" }, StatusOf(3)])
            Assert.Equal(Level.Problem, Assert.Single(Wrong(Judge(With(Sights(), 1, sight => sight with { Status = other })))).Level);
    }

    [Theory]
    [InlineData(0.9, Level.Ok, "")]
    [InlineData(-3, Level.Warning, "node1")]
    [InlineData(6, Level.Problem, "node1")]
    public void A_clock_that_is_apart_is_named(double seconds, object level, string named)
    {
        var clock = Clock(With(Sights(), 1, sight => sight with { ClockOffset = TimeSpan.FromSeconds(seconds) }));
        Assert.Equal(level, clock.Level);
        Assert.Contains(named, clock.Advice ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Where_most_clocks_disagree_it_is_this_machines()
    {
        var ahead = Sights().Select(sight => sight with { ClockOffset = TimeSpan.FromMinutes(2) }).ToList();
        var clock = Clock(ahead);
        Assert.Equal(Level.Problem, clock.Level);
        Assert.Contains("this machine", clock.Advice, StringComparison.Ordinal);
        Assert.Equal(Level.Warning, Clock([.. Sights().Select(sight => sight with { ClockOffset = null })]).Level);
    }

    [Fact]
    public void Other_versions_are_a_warning() =>
        Assert.Equal("version", Assert.Single(Wrong(Judge(With(Sights(), 3, sight => sight with { Status = StatusOf(3) with { Version = "2.0" } })))).Check);

    [Theory]
    [InlineData(Level.Ok, "10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.3.1")]
    [InlineData(Level.Warning, "10.0.0.1", "10.0.0.2", "10.0.2.1", "10.0.3.1")]
    [InlineData(Level.Warning, "2001:db8::1", "2001:db8::2", "10.0.2.1", "10.0.3.1")]
    [InlineData(Level.Ok, "2001:db8::1", "2001:db8:0:1::1", "10.0.2.1", "10.0.3.1")]
    [InlineData(Level.Problem, "10.0.0.1", "10.0.0.1", "10.0.2.1", "10.0.3.1")]
    [InlineData(Level.Warning, "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1")]
    [InlineData(Level.Problem, "a.example", "A.example", "b.example", "c.example")]
    [InlineData(Level.Ok, "a.example", "b.example", "c.example", "d.example")]
    public void More_nodes_in_one_place_than_may_fail_are_said(object level, params string[] hosts) =>
        Assert.Equal(level, FaultDomains.Of([.. hosts.Select((host, i) => PlaceOf(i, host))], faults: 1).Level);

    [Fact]
    public void A_larger_group_bears_two_in_one_place() =>
        Assert.Equal(Level.Ok, FaultDomains.Of([.. Enumerable.Range(0, 7).Select(i => PlaceOf(i, $"10.0.{i / 2}.1"))], faults: 2).Level);

    [Theory]
    [InlineData(1_000_000, Level.Problem)]
    [InlineData(1_000_000_000, Level.Warning)]
    [InlineData(10_000_000_000, Level.Ok)]
    public void Little_room_is_said(long bytes, object level) => Assert.Equal(level, DiskChecks.RoomOf(bytes).Level);

    [Theory]
    [InlineData(0.2, Level.Ok)]
    [InlineData(30, Level.Warning)]
    public void Slow_flushes_are_said_by_their_median(double milliseconds, object level)
    {
        var median = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(level, DiskChecks.SpeedOf([median, median, TimeSpan.FromSeconds(1)]).Level);
    }

    private static IReadOnlyList<Finding> Judge(IReadOnlyList<NodeSight> sights, bool runs = true) => NodeChecks.Of(_genesis, 0, runs, sights, Version);

    private static List<Finding> Wrong(IReadOnlyList<Finding> findings) => [.. findings.Where(finding => finding.Level != Level.Ok)];

    private static Finding Clock(IReadOnlyList<NodeSight> sights) => Judge(sights).Single(finding => finding.Check == "clock");

    private static List<NodeSight> Sights() => [.. Enumerable.Range(0, 4).Select(i => new NodeSight(
        new Member($"node{i}", default, $"10.0.{i}.1:7000", $"http://10.0.{i}.1:7001"), i, $"10.0.{i}.1:7000", PlaceOf(i, $"10.0.{i}.1"), null, StatusOf(i), null, TimeSpan.Zero))];

    private static List<NodeSight> With(List<NodeSight> sights, int node, Func<NodeSight, NodeSight> change)
    {
        sights[node] = change(sights[node]);
        return sights;
    }

    private static Place PlaceOf(int node, string host) => new($"node{node}", host, IPAddress.TryParse(host, out var address) ? address : null);

    private static StatusDocument StatusOf(int node) => new(
        Version, DateTimeOffset.UnixEpoch, SignatureBase.ClusterName(_genesis.Cluster), "disk", "test", [], new Dictionary<string, long>(StringComparer.Ordinal), node, []);
}

/// <summary><c>kv doctor</c> in a node's directory, with the pool running or not.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly ProcessPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task A_pool_that_runs_has_no_problem_and_one_that_does_not_is_said_not_to_answer()
    {
        await _pool.Generate(clients: 1, shards: 1, dev: false);
        var (exitCode, before) = await Examine(0);
        Assert.Equal(1, exitCode);
        Assert.Equal(["node1", "node2", "node3"], Checks(before, "problem"));
        Assert.Contains("may start for the first time", TextOf(before, "marks"), StringComparison.Ordinal);
        Assert.Contains("is free", TextOf(before, "port for peers"), StringComparison.Ordinal);

        await _pool.StartAll();
        await _pool.Put(0, "key", "value");
        (exitCode, var running) = await Examine(0);
        Assert.Empty(Checks(running, "problem"));
        Assert.Equal(0, exitCode);
        Assert.Contains("fault domains", Checks(running, "warning"));
        Assert.Contains("runs the node", TextOf(running, "data"), StringComparison.Ordinal);
        Assert.Contains("in use", TextOf(running, "port for clients"), StringComparison.Ordinal);
        Assert.Contains("agrees", TextOf(running, "clock"), StringComparison.Ordinal);

        await _pool.Process(0).Kill();
        (exitCode, var stopped) = await Examine(0, "--peer-listen", _pool.PeerOf(1));
        Assert.Equal(1, exitCode);
        Assert.Equal(["port for peers"], Checks(stopped, "problem"));
        Assert.Contains("has run", TextOf(stopped, "marks"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_would_not_start_with_is_named()
    {
        await _pool.Generate(clients: 1, shards: 1, dev: false);
        var (_, swapped) = await Examine(0, "--key", Path.Combine(_pool.DirectoryOf(0), "genesis.json"));
        Assert.Equal(["key"], Checks(swapped, "problem"));
        (_, swapped) = await Examine(0, "--genesis", "nothing");
        Assert.Equal(["genesis"], Checks(swapped, "problem"));
        (_, swapped) = await Examine(0, "--durability", "some");
        Assert.Equal(["settings"], Checks(swapped, "problem"));
        File.Delete(Path.Combine(_pool.DirectoryOf(0), "first-start"));
        (_, swapped) = await Examine(0, "--durability", "none");
        Assert.Superset(new HashSet<string>(["marks", "durability"], StringComparer.Ordinal), Checks(swapped, "warning").ToHashSet(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(Path.Combine(_pool.DirectoryOf(0), "node.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (_, swapped) = await Examine(0);
        Assert.Contains("key", Checks(swapped, "problem"));
        Assert.Contains("chmod 600", (await Kv.RunWith(new Surroundings(), "doctor", "--dir", _pool.DirectoryOf(0))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leaves_nothing_behind()
    {
        await _pool.Generate(clients: 1, shards: 1, dev: false);
        var before = Directory.GetFileSystemEntries(_pool.DirectoryOf(0));
        await Examine(0);
        Assert.Equal(before, Directory.GetFileSystemEntries(_pool.DirectoryOf(0)));
    }

    private async Task<(int ExitCode, JsonElement Findings)> Examine(int node, params string[] flags)
    {
        var run = await Kv.RunWith(new Surroundings(), ["doctor", "--dir", _pool.DirectoryOf(node), "-o", "json", .. flags]);
        using var json = JsonDocument.Parse(run.Bytes);
        return (run.ExitCode, json.RootElement.GetProperty("findings").Clone());
    }

    private static IReadOnlyList<string> Checks(JsonElement findings, string level) =>
        [.. findings.EnumerateArray().Where(finding => finding.GetProperty("level").GetString() == level).Select(finding => finding.GetProperty("check").GetString()!)];

    private static string TextOf(JsonElement findings, string check) =>
        findings.EnumerateArray().First(finding => finding.GetProperty("check").GetString() == check).GetProperty("text").GetString()!;
}
