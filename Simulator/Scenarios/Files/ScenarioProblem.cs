namespace KvStore.Simulator.Scenarios;

/// <summary>What is wrong with a scenario's file, and what to do about it.</summary>
/// <param name="File">The file's name, as it was given.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Text">What is wrong, and what was expected.</param>
public sealed record ScenarioProblem(string File, int Line, int Column, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}: {Text}";
}

/// <summary>A line that cannot be read: it never leaves the parser, which goes on with the next line.</summary>
internal sealed class ScenarioSyntaxException(ScenarioProblem problem) : Exception(problem.ToString())
{
    public ScenarioProblem Problem => problem;
}
