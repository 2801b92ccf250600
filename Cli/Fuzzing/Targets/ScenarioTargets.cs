using System.Text;
using KvStore.Simulator.Scenarios;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>Scenarios, which people write and pass on: whatever is in a file, it is read or its problems are told with their places.</summary>
internal static class ScenarioTargets
{
    private const string Seed =
        "# A head that changes an operation, in the syntax of the test-bed.\n"
        + "test_case_name = fuzz\nt = 2\nnum_client = 2\nnum_replica = 7\nclient_timeout = 600\nhead_timeout = 300\nnonhead_timeout = 300\ncheckpt_interval = 4\nhosts = a; b\n"
        + "workload[0] = put('movie','star'); append('movie',' wars'); slice('movie':'4:7'); get('movie')\n"
        + "workload[1] = pseudorandom(233,5)\n"
        + "failures[0,0] = client_request(0,2),change_operation(); shuttle(-1,5),sleep(0.25) never;\n"
        + "failures[1,1] = wedge_request(-1,1),truncate_history(2)\n"
        + "expect = view_changes >= 1; retries <= 9\nexpect['movie'] = 'star'\nexpect['film'] = absent\n";

    private static readonly string[] _marks = ["=", ";", ",", "(", ")", "[", "]", "'", ":", "#", "-1", "0", "1e9", "99999999999999999999", "0.5", "\n", "\t", "never", "absent", "put('a','b')"];

    /// <summary>The target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new FuzzTarget("scenario", [Encoding.UTF8.GetBytes(Seed)], [.. _marks, .. ScenarioWords.Triggers.Select(word => word.Name), .. ScenarioWords.Failures.Select(word => word.Name)], Take),
    ];

    private static bool Take(byte[] input)
    {
        var scenario = ScenarioParser.Parse("it", Encoding.UTF8.GetString(input), out var problems);
        if (scenario is null == (problems.Count == 0)) throw new FuzzFailure("It is neither a scenario nor is anything wrong with it.");
        if (problems.Any(problem => problem.Line < 1 || problem.Column < 1 || problem.Text.Length == 0)) throw new FuzzFailure("A problem has no place, or no words.");
        return scenario is not null;
    }
}
