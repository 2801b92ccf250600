using System.Text.RegularExpressions;

namespace KvStore.Cli.Tests;

/// <summary><c>kv cluster</c> and <c>kv node</c>: what operators do before a pool runs.</summary>
public sealed class ClusterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Operators_who_share_no_key_agree_on_a_genesis()
    {
        var names = (string[])["alpha", "beta", "gamma", "delta"];
        for (var i = 0; i < names.Length; i++)
        {
            await Done("key", "new", "--role", "replica", "-f", File($"{names[i]}.key"));
            await Done("cluster", "enrol", "--key", File($"{names[i]}.key"), "--name", names[i], "--peer", $"10.0.0.{i}:7000", "--client", $"http://10.0.0.{i}:7001", "-o", File($"{names[i]}.json"));
        }

        var genesis = File("genesis.json");
        var made = await Done(["cluster", "init", .. names.SelectMany(name => (string[])["--from", File($"{name}.json")]), "--clients", "any", "-o", genesis]);
        Assert.Equal(6, (await Kv.RunWith(new Surroundings(), "cluster", "verify", genesis)).ExitCode);
        Assert.Equal(1, (await Kv.RunWith(new Surroundings(), "node", "init", "--dir", File("alpha"), "--key", File("alpha.key"), "--genesis", genesis)).ExitCode);

        System.IO.File.Copy(genesis, File("copy.json"));
        await Done("cluster", "sign", "--key", File("delta.key"), File("copy.json"));
        foreach (var name in names.Take(3)) await Done("cluster", "sign", "--key", File($"{name}.key"), genesis);
        await Done("cluster", "sign", "--key", File("alpha.key"), genesis);
        await Done("cluster", "merge", genesis, File("copy.json"), "-o", File("signed.json"));
        Assert.Equal(made.Output, (await Done("cluster", "verify", File("signed.json"))).Output);
        var shown = await Done("cluster", "show", File("signed.json"));
        Assert.Contains("1 of 4 nodes may lie", shown.Output, StringComparison.Ordinal);
        Assert.All(names, name => Assert.Contains(name, shown.Output, StringComparison.Ordinal));

        await Done("node", "init", "--dir", File("alpha"), "--key", File("alpha.key"), "--genesis", File("signed.json"));
        Assert.Contains("node.key", (await Done("node", "config", "--dir", File("alpha"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_operator_generates_it_all()
    {
        var pool = File("pool");
        var made = await Done("cluster", "generate", "--nodes", "4", "--clients", "2", "--shards", "3", "--base-port", "9000", "--dev", "--dir", pool);
        Assert.Contains("kv node start --dir", made.Error, StringComparison.Ordinal);
        Assert.Equal(["client0", "client1", "genesis.json", "node0", "node1", "node2", "node3"], Directory.EnumerateFileSystemEntries(pool).Select(Path.GetFileName).Order());
        var shown = (await Done("cluster", "show", Path.Combine(pool, "genesis.json"))).Output;
        Assert.Contains("127.0.0.1:9006  clients http://127.0.0.1:9007  signed", shown, StringComparison.Ordinal);
        Assert.Contains("2 listed", shown, StringComparison.Ordinal);
        Assert.Contains((await Done("key", "show", "-f", Path.Combine(pool, "client1", "client.key"))).Output.Trim(), shown, StringComparison.Ordinal);
        foreach (var key in Directory.EnumerateFiles(pool, "*.key", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(key));
            Assert.Contains("\"dev\":true", (await Done("key", "show", "-f", key, "-o", "json")).Output, StringComparison.Ordinal);
        }

        var again = await Kv.RunWith(new Surroundings(), "cluster", "generate", "--dir", pool);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("not empty", again.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nodes", "0")]
    [InlineData("--nodes", "101")]
    [InlineData("--clients", "0")]
    [InlineData("--clients", "-1")]
    [InlineData("--shards", "0")]
    [InlineData("--ips", "10.0.0.1,10.0.0.2")]
    [InlineData("--ips", "a b,c,d,e")]
    [InlineData("--base-port", "65535")]
    public async Task What_makes_no_cluster_leaves_nothing_behind(string option, string value)
    {
        Assert.Equal(1, (await Kv.RunWith(new Surroundings(), "cluster", "generate", "--dir", File("pool"), option, value)).ExitCode);
        Assert.False(Directory.Exists(File("pool")));
    }

    [Fact]
    public async Task What_is_in_force_is_printed_with_its_source()
    {
        await Done("cluster", "generate", "--dir", File("pool"), "--base-port", "9000");
        var around = new Surroundings { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["KV_NODE_LOG_LEVEL"] = "debug", ["KV_NODE_DURABILITY"] = "always" } };
        var run = await Kv.RunWith(around, "node", "config", "--dir", File("pool/node1"), "--durability", "none");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(new Regex(@"durability\s+none\s+--durability", RegexOptions.None, TimeSpan.FromSeconds(1)), run.Output);
        Assert.Matches(new Regex(@"logLevel\s+debug\s+KV_NODE_LOG_LEVEL", RegexOptions.None, TimeSpan.FromSeconds(1)), run.Output);
        Assert.Matches(new Regex(@"key\s+node\.key\s+\S+node\.json", RegexOptions.None, TimeSpan.FromSeconds(1)), run.Output);
        Assert.Matches(new Regex(@"answerTimeout\s+5\s+default", RegexOptions.None, TimeSpan.FromSeconds(1)), run.Output);
        var unknown = await Kv.RunWith(around with { Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["KV_NODE_DATUM"] = "x" } }, "node", "config", "--dir", File("pool/node1"));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("KV_NODE_DATUM", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nodes_key_signs_no_requests_and_a_clients_no_genesis()
    {
        await Done("cluster", "generate", "--dir", File("pool"));
        var (node, client) = (File("pool/node0/node.key"), File("pool/client0/client.key"));
        Assert.Contains("client", (await Kv.RunWith(new Surroundings(), "get", "key", "--key", node)).Error, StringComparison.Ordinal);
        Assert.Contains("replica", (await Kv.RunWith(new Surroundings(), "cluster", "sign", "--key", client, File("pool/genesis.json"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_the_first_format_is_still_a_clients()
    {
        const string old = """{"format":"kv-key-1","publicKey":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","privateSeed":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""";
        await System.IO.File.WriteAllTextAsync(File("old.json"), old, TestContext.Current.CancellationToken);
        Assert.Contains("\"role\":\"client\"", (await Done("key", "show", "-f", File("old.json"), "-o", "json")).Output, StringComparison.Ordinal);
    }

    private static async Task<Run> Done(params string[] args)
    {
        var run = await Kv.RunWith(new Surroundings(), args);
        Assert.True(run.ExitCode == 0, $"kv {string.Join(' ', args)}\n{run.Error}");
        return run;
    }

    private string File(string name) => Path.Combine(_folder, name);
}
