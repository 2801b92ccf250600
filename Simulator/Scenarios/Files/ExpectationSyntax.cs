using System.Collections.Immutable;

namespace KvStore.Simulator.Scenarios;

/// <summary>Reads <c>expect = view_changes >= 1; retries = 0</c> and <c>expect['k'] = 'v'</c>, or <c>absent</c>.</summary>
internal static class ExpectationSyntax
{
    private static readonly string[] _comparisons = [">=", "<=", "="];

    public static ImmutableArray<ExpectedCount> ReadCounts(LineCursor line)
    {
        line.Take("=");
        var counts = ImmutableArray.CreateBuilder<ExpectedCount>();
        do
        {
            counts.Add(Count(line));
        }
        while (line.TryTake(";") && !line.IsAtEnd);
        if (!line.IsAtEnd) throw line.Expected("';' and another expectation, or the end of the line");
        return counts.ToImmutable();
    }

    /// <summary>Reads on after the opening bracket.</summary>
    public static ExpectedValue ReadValue(LineCursor line)
    {
        var key = line.TakeQuoted("a key");
        line.Take("]");
        line.Take("=");
        var value = line.TryTake("absent") ? null : line.TakeQuoted("'absent', or the key's value");
        line.TakeEnd();
        return new ExpectedValue(line.Line, key, value);
    }

    private static ExpectedCount Count(LineCursor line)
    {
        var start = line.Position;
        var measure = line.TakeName("what is counted");
        if (!ExpectedCount.Measures.Contains(measure)) throw line.Problem(start, $"'{measure}' is not counted. There are {string.Join(", ", ExpectedCount.Measures)}.");
        var comparison = Array.Find(_comparisons, line.TryTake) ?? throw line.Expected("'>=', '<=' or '='");
        return new ExpectedCount(line.Line, measure, comparison, line.TakeNumber("a number", 0, int.MaxValue));
    }
}
