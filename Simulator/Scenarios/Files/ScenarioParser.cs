// The syntax is that of the configuration files of the test-bed for Byzantine Chain Replication (github.com/va3191/Asynchronous-Systems), line by line:
// key = value, key[index] = value, and comments from '#' on. docs/simulator.md has all of it.
using System.Collections.Immutable;
using System.Globalization;

namespace KvStore.Simulator.Scenarios;

/// <summary>Reads scenarios.</summary>
public static class ScenarioParser
{
    /// <summary>The largest file, in characters.</summary>
    public const int CharactersMax = 1024 * 1024;

    private const int ProblemsMax = 20;

    /// <summary>Reads a scenario's text.</summary>
    /// <param name="file">The file's name, for problems.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="problems">All that is wrong with it, line by line; a bounded number of problems.</param>
    /// <returns>The scenario, or null when there is a problem.</returns>
    public static ScenarioFile? Parse(string file, string text, out IReadOnlyList<ScenarioProblem> problems)
    {
        var found = new List<ScenarioProblem>();
        problems = found;
        if (text.Length > CharactersMax)
        {
            found.Add(new ScenarioProblem(file, 1, 1, string.Create(CultureInfo.InvariantCulture, $"the file has {text.Length} characters, and {CharactersMax} are the most.")));
            return null;
        }

        var draft = new ScenarioDraft(file);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            Read(draft, new LineCursor(file, number, line.ToString()), found);
            if (found.Count == ProblemsMax) return null;
        }

        if (found.Count > 0) return null;
        found.AddRange(ScenarioRules.Judge(draft.Scenario).Take(ProblemsMax));
        return found.Count == 0 ? draft.Scenario : null;
    }

    private static void Read(ScenarioDraft draft, LineCursor line, List<ScenarioProblem> problems)
    {
        if (line.IsAtEnd) return;
        try
        {
            ReadKey(draft, line);
        }
        catch (ScenarioSyntaxException syntax)
        {
            problems.Add(syntax.Problem);
        }
    }

    private static void ReadKey(ScenarioDraft draft, LineCursor line)
    {
        var start = line.Position;
        var key = line.TakeName("a key");
        switch (key)
        {
            case "failures": draft.Add(FailureSyntax.Read(line)); break;
            case "workload": ReadWorkload(draft, line, start); break;
            case "expect" when line.TryTake("["): draft.Add(ExpectationSyntax.ReadValue(line)); break;
            case "expect": draft.Add(ExpectationSyntax.ReadCounts(line)); break;
            default:
                if (!SettingSyntax.TryRead(draft, key, line, start)) throw line.Problem(start, $"there is no '{key}'. {SettingSyntax.Known}");
                break;
        }
    }

    private static void ReadWorkload(ScenarioDraft draft, LineCursor line, int start)
    {
        line.Take("[");
        var client = line.TakeNumber("a client's number", 0, ScenarioRules.ClientsMax - 1);
        line.Take("]");
        line.Take("=");
        if (!draft.TryAdd(client, WorkloadSyntax.Read(line, draft.OperationsLeft))) throw line.Problem(start, $"client {client} has a workload already: write all of it in one line.");
    }
}

/// <summary>A scenario while its lines are read.</summary>
internal sealed class ScenarioDraft(string file)
{
    private readonly SortedDictionary<string, int> _settings = new(StringComparer.Ordinal);

    public ScenarioFile Scenario { get; private set; } = new() { File = file };

    /// <summary>How many operations there may be more.</summary>
    public int OperationsLeft => ScenarioRules.OperationsMax - Scenario.Workloads.Values.Sum(workload => workload.Length);

    public void Add(ImmutableArray<ScriptedFailure> failures) => Scenario = Scenario with { Failures = Scenario.Failures.AddRange(failures) };

    public void Add(ImmutableArray<ExpectedCount> counts) => Scenario = Scenario with { ExpectedCounts = Scenario.ExpectedCounts.AddRange(counts) };

    public void Add(ExpectedValue value) => Scenario = Scenario with { ExpectedValues = Scenario.ExpectedValues.Add(value) };

    public bool TryAdd(int client, ImmutableArray<ScriptedOperation> workload)
    {
        if (Scenario.Workloads.ContainsKey(client)) return false;
        Scenario = Scenario with { Workloads = Scenario.Workloads.Add(client, workload) };
        return true;
    }

    /// <summary>Takes a setting; the line where it was given before, or null.</summary>
    public int? Set(string key, int line, Func<ScenarioFile, ScenarioFile> set)
    {
        if (!_settings.TryAdd(key, line)) return _settings[key];
        Scenario = set(Scenario);
        return null;
    }
}
