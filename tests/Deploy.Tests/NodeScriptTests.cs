namespace KvStore.Deploy.Tests;

/// <summary>What node.sh does on a replica's machine, and above all what it refuses to do.</summary>
public sealed class NodeScriptTests : IDisposable
{
    private readonly FakeMachine _machine;

    public NodeScriptTests()
    {
        FakeMachine.Require("bash", "curl", "jq", "base64", "gzip");
        _machine = new FakeMachine();
        _machine.Secrets["node-key"] = """{"value":"{\"made\":\"before\"}\n"}""";
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task A_node_is_restarted_when_every_other_one_is_there_and_the_deployment_waits_until_it_is_ready()
    {
        var (status, output, error) = await _machine.WithNode().Do("roll");
        Assert.True(status == 0, error);
        Assert.True(_machine.WasRestarted);
        Assert.Contains("Ready", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_node_that_serves_is_not_stopped_while_another_is_away(int away)
    {
        _machine.Connected[away] = false;
        var (status, _, error) = await _machine.WithNode().Do("roll");
        Assert.Equal(1, status);
        Assert.Contains("Nothing was changed", error, StringComparison.Ordinal);
        Assert.False(_machine.WasRestarted);
    }

    [Fact]
    public async Task A_status_without_other_nodes_is_no_margin()
    {
        _machine.Connected = [];
        Assert.Equal(1, (await _machine.WithNode().Do("roll")).Status);
        Assert.False(_machine.WasRestarted);
    }

    [Fact]
    public async Task A_node_that_does_not_serve_is_restarted_although_it_sees_nobody_but_must_see_all_afterwards()
    {
        _machine.Ready = (503, 200);
        _machine.Connected[1] = false;
        var (status, _, error) = await _machine.WithNode().Do("roll");
        Assert.True(_machine.WasRestarted);
        Assert.Equal(1, status);
        Assert.Contains("another is not connected", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_get_ready_fails_the_deployment()
    {
        _machine.Ready = (200, 503);
        var (status, _, error) = await _machine.WithNode().Do("roll");
        Assert.Equal(1, status);
        Assert.Contains("did not get ready", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kv:latest")]
    [InlineData("kv@sha256:12")]
    public async Task An_image_without_its_digest_is_refused(string image)
    {
        var (status, _, error) = await _machine.WithNode().Do("roll", image);
        Assert.Equal(1, status);
        Assert.Contains("digest", error, StringComparison.Ordinal);
        Assert.Empty(_machine.Calls);
    }

    [Theory]
    [InlineData("enrol", 2, true)]
    [InlineData("rejoin", 2, true)]
    [InlineData("roll", 2, false)]
    [InlineData("init", 2, false)]
    [InlineData("sign", 2, false)]
    [InlineData("enrol", 0, false)]
    [InlineData("rejoin", 0, false)]
    [InlineData("enrol", 4, false)]
    [InlineData("rejoin", 1, false)]
    public async Task Only_an_empty_disk_gets_a_file_system_and_only_where_one_is_expected_to_be_empty(string action, int disk, bool isMade)
    {
        _machine.Disk = disk;
        var (status, _, error) = await _machine.Do(action);
        Assert.Equal(isMade, _machine.Calls.Any(static call => call.StartsWith("mkfs", StringComparison.Ordinal)));
        if (disk != 0 && !isMade) Assert.Equal(1, status);
        else Assert.True(status == 0, error);
    }

    [Fact]
    public async Task A_key_is_made_once_and_lies_in_the_vault_and_in_memory_only()
    {
        _machine.Secrets.Clear();
        var first = await _machine.Do("enrol");
        Assert.True(first.Status == 0, first.Error);
        Assert.Contains("made", _machine.Secrets["node-key"], StringComparison.Ordinal);
        var second = await _machine.Do("enrol");
        Assert.True(second.Status == 0, second.Error);
        Assert.Single(_machine.Calls, static call => call.Contains(" key new ", StringComparison.Ordinal));
        Assert.Equal(["node.key"], Directory.EnumerateFileSystemEntries(_machine.At("run/kv")).Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFiles(_machine.At("var/lib/kv"), "*.key", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_vault_that_does_not_answer_is_no_vault_without_a_key(int status)
    {
        _machine.VaultStatus = status;
        Assert.Equal(1, (await _machine.Do("enrol")).Status);
        Assert.DoesNotContain(_machine.Calls, static call => call.Contains(" key new ", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_machine.At("run/kv")));
    }

    [Theory]
    [InlineData("init", false)]
    [InlineData("rejoin", true)]
    public async Task A_nodes_directory_is_made_without_the_key_and_a_lost_one_says_so(string action, bool isLost)
    {
        _machine.Ready = (503, 200);
        var (status, _, error) = await _machine.Do(action);
        Assert.True(status == 0, error);
        Assert.True(_machine.WasRestarted);
        Assert.Equal(isLost, _machine.Calls.Single(static call => call.Contains(" node init ", StringComparison.Ordinal)).EndsWith("--rejoin", StringComparison.Ordinal));
        Assert.True(Directory.Exists(_machine.At("var/lib/kv/node")));
        Assert.Empty(Directory.EnumerateFiles(_machine.At("var/lib/kv"), "*.key", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("init")]
    [InlineData("rejoin")]
    public async Task A_nodes_directory_that_is_there_is_not_made_anew(string action)
    {
        Assert.Equal(1, (await _machine.WithNode().Do(action)).Status);
        Assert.DoesNotContain(_machine.Calls, static call => call.Contains(" node init ", StringComparison.Ordinal));
        Assert.False(_machine.WasRestarted);
    }

    [Fact]
    public async Task Without_a_nodes_directory_nothing_is_rolled()
    {
        Assert.Equal(1, (await _machine.Do("roll")).Status);
        Assert.False(_machine.WasRestarted);
    }
}
