namespace KvStore.Cli.Tests;

/// <summary>Scripted failures on the command line: in the simulator, and over a development cluster.</summary>
public sealed class ScenarioCommandTests : IDisposable
{
    private const string Good = "workload[0] = put('movie','star'); append('movie',' wars'); slice('movie','9:99'); get('movie')\nfailures[0,3] = shuttle(0,2),change_result()\nexpect['movie'] = 'star wars'\n";
    private const string Wrong = "workload[0] = put('movie','star')\nfailures[0,3] = shuttle(0,2),drop()\n";
    private const string Unreadable = "workload[0] = put('movie')\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("kv-scenario-tests-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_scenario_that_goes_as_it_must_ends_with_0()
    {
        var run = await Kv.RunWith(new Surroundings(), "sim", "--scenario", File("good", Good));
        Assert.Equal("1 passed, 0 failed", run.Lines[^1]);
        Assert.StartsWith("ok ", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("answers 4", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Of_a_folder_each_is_told_and_one_that_is_not_right_ends_with_1()
    {
        File("good", Good);
        File("unreadable", Unreadable);
        File("wrong", Wrong);
        var run = await Kv.RunWith(new Surroundings(), "sim", "--scenario", _directory);
        Assert.Equal("1 passed, 2 failed", run.Lines[^1]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("unreadable.scenario:1:26: expected ','", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: failures[0,3] = shuttle(0,2),drop() has not happened", run.Error, StringComparison.Ordinal);
        Assert.Contains("--trace", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_has_a_line_for_every_event_and_every_failure()
    {
        var run = await Kv.RunWith(new Surroundings(), "sim", "--trace", "--scenario", File("good", Good));
        Assert.Contains("r3 executes s2", run.Output, StringComparison.Ordinal);
        Assert.Contains("shuttle(0,2),change_result(): happened", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        Assert.Contains("There is no *.scenario", (await Kv.RunWith(new Surroundings(), "sim", "--scenario", _directory)).Error, StringComparison.Ordinal);
        Assert.Contains("can't be read", (await Kv.RunWith(new Surroundings(), "sim", "--scenario", Path.Combine(_directory, "none"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_cluster_fails_as_the_file_says_and_answers_as_it_should()
    {
        const string Text = "workload[0] = put('movie','star'); append('movie',' wars'); slice('movie','9:99'); slice('movie','2:7'); get('movie'); get('film')\nworkload[1] = put('film','x')\nnum_client = 2\n"
            + "failures[0,0] = shuttle(0,2),change_operation()\nexpect = view_changes >= 1; answers = 7\nexpect['movie'] = 'ar wa'\n";
        var run = await Dev(Text);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("client 0: get('movie') → 'ar wa'", run.Lines);
        Assert.Contains("client 0: slice('movie','9:99') → refused", run.Lines);
        Assert.Contains("failed  failures[0,0] = shuttle(0,2),change_operation()", run.Lines);
        Assert.Equal("7 answers, 0 wrong", run.Lines[^1]);
    }

    [Fact]
    public async Task A_crashed_replica_of_a_development_cluster_is_down()
    {
        var run = await Dev("workload[0] = pseudorandom(3,12)\nfailures[0,3] = client_request(0,2),crash(); shuttle(0,3),drop() never\nexpect = view_changes = 0; answers = 12\n");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    [Fact]
    public async Task What_is_not_as_the_file_says_ends_with_1_in_a_development_cluster_too()
    {
        var run = await Dev("workload[0] = put('movie','star')\nfailures[0,3] = result_shuttle(0,9),drop() never\nexpect = view_changes >= 7; evidence = 1\nexpect['movie'] = absent\n");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("wrong   line 4: 'movie' should be absent, and is 'star'", run.Lines);
        Assert.Equal(3, run.Lines.Count(line => line.StartsWith("wrong ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_scenario_says_by_itself_how_large_the_cluster_is()
    {
        var run = await Kv.RunWith(new Surroundings(), "dev", "--scenario", File("good", Good), "--replicas", "7");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Leave --lie, --shards and --replicas out.", run.Error, StringComparison.Ordinal);
    }

    private Task<Run> Dev(string text) => Kv.RunWith(new Surroundings(), "dev", "--urls", "http://127.0.0.1:0", "--once", "--scenario", File("scenario", text));

    private string File(string name, string text)
    {
        var path = Path.Combine(_directory, $"{name}.scenario");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
