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

    private string File(string name, string text)
    {
        var path = Path.Combine(_directory, $"{name}.scenario");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
