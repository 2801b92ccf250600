using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>A folder is a project is a namespace.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public void Every_namespace_is_its_projects() => Rules.Hold(Repository.Sources.SelectMany(Violations));

    [Fact]
    public void The_rule_finds_what_it_forbids()
    {
        Rules.Refuses(Violations, "namespace KvStore.Storage; class A;");
        Rules.Refuses(Violations, "namespace KvStore.ConsensusElsewhere; class A;");
        Rules.Refuses(Violations, "class A;");
        Rules.Allows(Violations, "namespace KvStore.Consensus.ViewChanging; class A;");
        Rules.Allows(Violations, "using KvStore.Consensus; return 0;");
    }

    private static IEnumerable<string> Violations(SourceFile file)
    {
        var expected = "KvStore." + file.Project.Split('/')[^1];
        foreach (var space in file.Nodes<BaseNamespaceDeclarationSyntax>())
        {
            var name = space.Name.ToString();
            if (name != expected && !name.StartsWith(expected + ".", StringComparison.Ordinal)) yield return file.At(space, $"{name} is not under {expected}.");
        }

        // A program's entry point is written without a namespace; no type is.
        foreach (var type in file.Syntax.Members.OfType<BaseTypeDeclarationSyntax>()) yield return file.At(type, $"{type.Identifier} is in no namespace.");
    }
}
