using KvStore.Simulator.Scenarios;

namespace KvStore.Simulator.Tests;

/// <summary>The text of a scenario: what the test-bed's files have is read, and what cannot be meant is told with its place.</summary>
public sealed class ScenarioParserTests
{
    private const string Work = "workload[0] = get('a')\n";

    [Fact]
    public void A_file_of_the_test_beds_form_is_read()
    {
        var scenario = ScenarioFiles.Of("""
            # test case name.  can be used to trigger test case specific code in client
            test_case_name = test1 # so they say
            logfile_name=run_system
            t = 1
            num_client = 2
            num_replica = 3
            client_timeout = 3000
            head_timeout = 5000
            nonhead_timeout = 5000
            max_retransmission_counter=1
            hosts = localhost; localhost;localhost
            checkpt_interval = 2
            client_dict_validation_flag=False
            workload[0] = put('movie','star'); append('movie',' wars'); slice('movie':'4:7') ;get('movie');
            workload[1] = pseudorandom(233,5)

            failures[0,0] = client_request(0,2),change_operation();shuttle(1,5),extra_op();
            failures[1,2] = wedge_request(-1,1), sleep(0.5) never; shuttle(-1,3),omit_send()
            """);
        Assert.Equal("test1", scenario.Name);
        Assert.Equal((1, 4, 2, 3000, 5000, 2), (scenario.Faults, scenario.Replicas, scenario.Clients, scenario.ClientTimeout, scenario.SuspicionTimeout, scenario.CheckpointInterval));
        Assert.Equal(
            ["put('movie','star')", "append('movie',' wars')", "slice('movie','4:7')", "get('movie')"], scenario.Workloads[0].Select(operation => operation.ToString()));
        Assert.Equal(5, scenario.Workloads[1].Length);
        Assert.Equal(
            [
                "failures[0,0] = client_request(0,2),change_operation()", "failures[0,0] = shuttle(1,5),extra_op()",
                "failures[1,2] = wedge_request(-1,1), sleep(0.5)", "failures[1,2] = shuttle(-1,3),omit_send()",
            ],
            scenario.Failures.Select(failure => failure.ToString()));
        Assert.Equal([false, false, true, false], scenario.Failures.Select(failure => failure.Never));
        Assert.Equal([0m, 1m, 0.5m, 0m], scenario.Failures.Select(failure => failure.Argument));
        Assert.Equal(18, scenario.Failures[2].Line);
    }

    [Fact]
    public void Pseudorandom_operations_follow_from_their_seed()
    {
        var one = ScenarioFiles.Of("workload[0] = pseudorandom(233,50)").Workloads[0];
        Assert.Equal(one, ScenarioFiles.Of("workload[0] = pseudorandom(233,50)").Workloads[0]);
        Assert.NotEqual(one, ScenarioFiles.Of("workload[0] = pseudorandom(234,50)").Workloads[0]);
        Assert.Equal(Enum.GetValues<ScriptedKind>(), one.Select(operation => operation.Kind).Distinct().Order());
    }

    [Theory]
    [InlineData("workload[0] = put('k','a#b') # and a comment", "a#b")]
    [InlineData("workload[0] = put('k','; = ,')", "; = ,")]
    [InlineData("  workload [ 0 ]=put( 'k' , '' ) ;", "")]
    public void What_is_quoted_is_taken_as_it_is(string line, string value) => Assert.Equal(value, ScenarioFiles.Of(line).Workloads[0][0].Value);

    [Theory]
    [InlineData("t", 1, 2, "'='")]
    [InlineData("= 1", 1, 1, "a key")]
    [InlineData("hed_timeout = 5", 1, 1, "there is no 'hed_timeout'")]
    [InlineData("result[1] = 'x'", 1, 1, "there is no 'result'")]
    [InlineData("t = one", 1, 5, "from 0 to 5")]
    [InlineData("t = 6", 1, 5, "from 0 to 5")]
    [InlineData("t = 1 2", 1, 7, "the end of the line")]
    [InlineData("head_timeout = 5", 1, 16, "milliseconds")]
    [InlineData("t = 1\nt = 1", 2, 1, "line 1 already")]
    [InlineData("workload[64] = get('a')", 1, 10, "a client's number")]
    [InlineData("workload[0] = take('a')", 1, 15, "'take' is no operation")]
    [InlineData("workload[0] = get(a)", 1, 19, "in single quotes")]
    [InlineData("workload[0] = get('a", 1, 19, "quotes are closed")]
    [InlineData("workload[0] = get('a b')", 1, 19, "a key has")]
    [InlineData("workload[0] = get('..')", 1, 19, "a key has")]
    [InlineData("workload[0] = put('a','\u00e9')", 1, 23, "printable ASCII")]
    [InlineData("workload[0] = slice('a','4-7')", 1, 25, "'start:end'")]
    [InlineData("workload[0] = get('a') get('b')", 1, 24, "';'")]
    [InlineData("workload[0] = pseudorandom(1,5001)", 1, 30, "how many operations")]
    [InlineData("workload[0] = pseudorandom(1,5000); get('a')", 1, 37, "at most 5000 operations")]
    [InlineData("workload[0] = get('a')\nworkload[0] = get('a')", 2, 1, "has a workload already")]
    [InlineData("failures[0] = shuttle(0,1),drop()", 1, 11, "','")]
    [InlineData("failures[0,0] = shutle(0,1),drop()", 1, 17, "'shutle' is no trigger")]
    [InlineData("failures[0,0] = shuttle(0,0),drop()", 1, 27, "which message")]
    [InlineData("failures[0,0] = shuttle(-2,1),drop()", 1, 25, "-1 for any")]
    [InlineData("failures[0,0] = wedge_request(0,1),drop()", 1, 31, "no client is behind")]
    [InlineData("failures[0,0] = shuttle(0,1),explode()", 1, 30, "'explode' is no failure")]
    [InlineData("failures[0,0] = shuttle(0,1),drop(1)", 1, 35, "')'")]
    [InlineData("failures[0,0] = shuttle(0,1),sleep()", 1, 36, "seconds")]
    [InlineData("failures[0,0] = shuttle(0,1),truncate_history(0)", 1, 47, "how many entries")]
    [InlineData("failures[0,0] = shuttle(0,1),drop() shuttle(0,2),drop()", 1, 37, "';'")]
    [InlineData("failures[0,0] = shuttle(0,1)", 1, 29, "and the line ends")]
    [InlineData("expect = views >= 1", 1, 10, "'views' is not counted")]
    [InlineData("expect = view_changes > 1", 1, 23, "'>='")]
    [InlineData("expect['a'] = 1", 1, 15, "'absent'")]
    public void A_line_that_cannot_be_meant_is_told_with_its_place(string text, int line, int column, string named)
    {
        var problem = Assert.Single(ScenarioFiles.Problems(text));
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(named, problem.Text, StringComparison.Ordinal);
        Assert.StartsWith($"it:{line}:{column}: ", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "nothing happens")]
    [InlineData(Work + "num_replica = 5", "it takes 4 replicas")]
    [InlineData(Work + "head_timeout = 100\nnonhead_timeout = 200", "make them equal")]
    [InlineData("workload[1] = get('a')", "raise num_client")]
    [InlineData(Work + "failures[0,4] = shuttle(0,1),drop()", "there is no replica 4")]
    [InlineData(Work + "failures[0,0] = shuttle(1,1),drop()", "there is no client 1")]
    [InlineData(Work + "failures[0,0] = shuttle(0,1),vary()\nfailures[0,1] = shuttle(0,1),vary()", "more than t liars")]
    public void What_does_not_fit_together_is_told(string text, string named) =>
        Assert.Contains(named, Assert.Single(ScenarioFiles.Problems(text)).Text, StringComparison.Ordinal);

    [Fact]
    public void Every_bad_line_is_told_up_to_a_bound()
    {
        Assert.Equal([1, 3], ScenarioFiles.Problems("a = 1\nt = 1\nb = 1").Select(problem => problem.Line));
        Assert.Equal(20, ScenarioFiles.Problems(string.Concat(Enumerable.Repeat("a = 1\n", 1000))).Count);
        Assert.Contains("are the most", Assert.Single(ScenarioFiles.Problems(new string(' ', ScenarioParser.CharactersMax + 1))).Text, StringComparison.Ordinal);
    }
}
