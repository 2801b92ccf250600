using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>A file named …Tests.cs has tests in it; what a test needs besides is in files with other names.</summary>
public sealed class TestFileTests
{
    [Fact]
    public void Every_file_named_for_tests_has_tests() =>
        Rules.Hold(from file in Repository.TestSources where IsNamedForTests(file) && !HasTests(file) select $"{file.Path} has no test.");

    [Fact]
    public void Every_file_with_tests_is_named_for_them() =>
        Rules.Hold(from file in Repository.TestSources where !IsNamedForTests(file) && HasTests(file) select $"{file.Path} has tests and is not named …Tests.cs.");

    [Fact]
    public void The_rule_knows_a_test_when_it_sees_one()
    {
        Assert.True(HasTests(SourceFile.Sample("class A { [Fact] void M() { } }")));
        Assert.True(HasTests(SourceFile.Sample("class A { [Theory, InlineData(1)] void M(int i) { } }")));
        Assert.False(HasTests(SourceFile.Sample("class A { void Fact() { } }")));
    }

    private static bool IsNamedForTests(SourceFile file) => file.Path.EndsWith("Tests.cs", StringComparison.Ordinal);

    private static bool HasTests(SourceFile file) => file.Nodes<AttributeSyntax>().Any(attribute => attribute.Name.ToString() is "Fact" or "Theory");
}
