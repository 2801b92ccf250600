using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>A file has about a hundred lines and a method fits a screen; no partial classes to hide size.</summary>
public sealed class SizeTests
{
    private const int FileLinesMax = 450;
    private const int MethodLinesMax = 70;

    // Source generators ask for partial types around these.
    private static readonly string[] GeneratorAttributes = ["LoggerMessage", "GeneratedRegex", "LibraryImport", "JsonSerializable", "JsonSourceGenerationOptions"];

    [Fact]
    public void The_parser_understands_every_file() =>
        // A file that the parser's version of the language does not cover would slip through every rule.
        Rules.Hold(Repository.Sources.SelectMany(file => file.Syntax.GetDiagnostics()).Where(it => it.Severity == DiagnosticSeverity.Error).Select(it => it.ToString()));

    [Fact]
    public void No_product_file_is_longer_than_450_lines() =>
        Rules.Hold(from file in Repository.ProductSources where file.Lines > FileLinesMax select $"{file.Path} has {file.Lines} lines.");

    [Fact]
    public void The_median_source_file_has_near_100_lines()
    {
        var lengths = Repository.Sources.Select(file => file.Lines).Order().ToList();
        if (lengths.Count > 60) Assert.InRange(lengths[lengths.Count / 2], 60, 140);
    }

    [Fact]
    public void No_method_is_longer_than_70_lines() => Rules.Hold(Repository.Sources.SelectMany(LongMethods));

    [Fact]
    public void No_type_is_partial_but_for_a_source_generator() => Rules.Hold(Repository.ProductSources.SelectMany(PartialTypes));

    [Fact]
    public void The_rules_find_what_they_forbid()
    {
        var lines = string.Concat(Enumerable.Repeat("M();\n", MethodLinesMax));
        Rules.Refuses(LongMethods, "class A { void M()\n{\n" + lines + "} }");
        Rules.Refuses(LongMethods, "class A { int P { get {\n" + lines + "} } }");
        Rules.Refuses(LongMethods, "M();\n" + lines);
        Rules.Allows(LongMethods, "class A { string[] P => new() {\n" + lines.Replace("M();", "\"row\",", StringComparison.Ordinal) + "}; }");
        Rules.Allows(LongMethods, "class A { void M()\n{\nM();\n} }");
        Rules.Refuses(PartialTypes, "partial class A { }");
        Rules.Allows(PartialTypes, "static partial class A { [LoggerMessage(EventId = 1)] static partial void M(); }");
    }

    private static IEnumerable<string> LongMethods(SourceFile file)
    {
        foreach (var member in file.Nodes<MemberDeclarationSyntax>().Where(HasLogic))
        {
            // Rows of test data are attributes; the method begins after them.
            var start = member.AttributeLists.Count == 0 ? member.SpanStart : member.AttributeLists.Span.End + 1;
            var lines = LinesBetween(member.SyntaxTree, start, member.Span.End);
            if (lines > MethodLinesMax) yield return file.At(member, $"a member of {lines} lines.");
        }

        var topLevel = file.Syntax.Members.OfType<GlobalStatementSyntax>().ToList();
        if (topLevel.Count == 0) yield break;
        var topLevelLines = LinesBetween(file.Syntax.SyntaxTree, topLevel[0].SpanStart, topLevel[^1].Span.End);
        if (topLevelLines > MethodLinesMax) yield return file.At(topLevel[0], $"an entry point of {topLevelLines} lines.");
    }

    // A property whose value is one literal collection or object is a table of data, such as test vectors.
    private static bool HasLogic(MemberDeclarationSyntax member) => member switch
    {
        BaseMethodDeclarationSyntax => true,
        PropertyDeclarationSyntax { ExpressionBody.Expression: BaseObjectCreationExpressionSyntax or CollectionExpressionSyntax } => false,
        PropertyDeclarationSyntax { Initializer: not null } => false,
        BasePropertyDeclarationSyntax => true,
        _ => false,
    };

    private static IEnumerable<string> PartialTypes(SourceFile file) =>
        from type in file.Nodes<TypeDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PartialKeyword)
        where !type.DescendantNodes().OfType<AttributeSyntax>().Any(attribute => GeneratorAttributes.Contains(attribute.Name.ToString()))
        select file.At(type, $"{type.Identifier} is partial.");

    private static int LinesBetween(SyntaxTree tree, int start, int end)
    {
        var text = tree.GetText();
        return text.Lines.GetLineFromPosition(end).LineNumber - text.Lines.GetLineFromPosition(start).LineNumber + 1;
    }
}
