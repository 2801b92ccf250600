using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>One C# file: its text and its syntax.</summary>
internal sealed class SourceFile(string project, string path, string text)
{
    // With the symbol defined as well as without it, nothing may hide from the rules behind an #if.
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, preprocessorSymbols: ["PLANTED_BUGS", "NET10_0"]);

    private CompilationUnitSyntax? _syntax;

    /// <summary>The folder of the file's project, relative to the root.</summary>
    public string Project { get; } = project;

    /// <summary>The file's path, relative to the root.</summary>
    public string Path { get; } = path;

    /// <summary>Its whole text.</summary>
    public string Text { get; } = text;

    /// <summary>How many lines it has.</summary>
    public int Lines => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    /// <summary>Its syntax tree.</summary>
    public CompilationUnitSyntax Syntax => _syntax ??= CSharpSyntaxTree.ParseText(Text, Options).GetCompilationUnitRoot();

    /// <summary>A made-up file, for the tests of the rules themselves.</summary>
    public static SourceFile Sample(string text, string path = "Consensus/Sample.cs") => new(path.Split('/')[0], path, text);

    /// <summary>All syntax nodes of one kind.</summary>
    public IEnumerable<TNode> Nodes<TNode>()
        where TNode : SyntaxNode => Syntax.DescendantNodes().OfType<TNode>();

    /// <summary>A sentence about a place in this file.</summary>
    public string At(SyntaxNode node, string what) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {what}";
}
