using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>Planted bugs exist only where PLANTED_BUGS is defined, and one file knows of that.</summary>
public sealed class PlantedBugTests
{
    private const string Symbol = "PLANTED_BUGS";

    [Fact]
    public void Only_one_file_asks_whether_bugs_are_planted() =>
        Rules.Hold(Repository.Sources.Where(file => file.Path != "Protocol/PlantedBugs.cs").SelectMany(Violations));

    [Fact]
    public void That_file_asks() => Assert.NotEmpty(Repository.Sources.Where(file => file.Path == "Protocol/PlantedBugs.cs").SelectMany(Violations));

    [Fact]
    public void An_ordinary_build_has_none() => Assert.DoesNotContain(Symbol, Repository.Text("Directory.Build.props"), StringComparison.Ordinal);

    [Fact]
    public void The_rule_finds_what_it_forbids()
    {
        Rules.Refuses(Violations, "#if PLANTED_BUGS\n#endif\n");
        Rules.Refuses(Violations, "#if DEBUG\n#elif !PLANTED_BUGS && X\n#endif\n");
        Rules.Allows(Violations, "// PLANTED_BUGS\nvar bug = PlantedBugs.Has(PlantedBug.QuorumOneLess);");
    }

    private static IEnumerable<string> Violations(SourceFile file) =>
        from directive in file.Syntax.DescendantNodes(descendIntoTrivia: true).OfType<ConditionalDirectiveTriviaSyntax>()
        where directive.Condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.Text == Symbol)
        select file.At(directive, $"asks for {Symbol}.");
}
