namespace KvStore.Architecture.Tests;

/// <summary>How a rule is held over many files, and how it is shown that it can fail.</summary>
internal static class Rules
{
    /// <summary>Fails with one line per violation.</summary>
    public static void Hold(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, $"{found.Count} violation(s):\n{string.Join('\n', found)}");
    }

    /// <summary>Fails unless the rule finds something in this text.</summary>
    public static void Refuses(Func<SourceFile, IEnumerable<string>> rule, string text) => Assert.NotEmpty(rule(SourceFile.Sample(text)));

    /// <summary>Fails when the rule finds something in this text.</summary>
    public static void Allows(Func<SourceFile, IEnumerable<string>> rule, string text) => Hold(rule(SourceFile.Sample(text)));
}
