using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>All arithmetic over n, f, q and w lives in GroupConfig; no other file writes 2 * f + 1.</summary>
public sealed class QuorumArithmeticTests
{
    private const string Home = "Protocol/GroupConfig.cs";

    private static readonly string[] QuorumNames = ["f", "faults", "Faults", "quorum", "Quorum", "weakQuorum", "WeakQuorum"];

    [Fact]
    public void Only_GroupConfig_computes_with_faults_and_quorums() =>
        Rules.Hold(Repository.ProductSources.Where(file => file.Path != Home).SelectMany(Violations));

    [Fact]
    public void GroupConfig_is_where_the_arithmetic_is() => Assert.NotEmpty(Repository.Sources.Where(file => file.Path == Home).SelectMany(Violations));

    [Fact]
    public void The_rule_finds_what_it_forbids()
    {
        Rules.Refuses(Violations, "var q = 2 * f + 1;");
        Rules.Refuses(Violations, "var q = group.Faults * 2 + 1;");
        Rules.Refuses(Violations, "var w = (group.Faults) + 1;");
        Rules.Refuses(Violations, "var f = (n - 1) / 3;");
        Rules.Refuses(Violations, "needed -= group.Quorum;");
        Rules.Allows(Violations, "var child = 2 * i + 1; if (votes >= group.Quorum) Log(\"quorum \" + group.Quorum); double g = 0.5f / 2;");
    }

    private static IEnumerable<string> Violations(SourceFile file)
    {
        foreach (var node in file.Nodes<ExpressionSyntax>())
        {
            var (left, right) = node switch
            {
                BinaryExpressionSyntax binary when IsArithmetic(binary.Kind()) => (binary.Left, binary.Right),
                AssignmentExpressionSyntax assignment when IsArithmetic(assignment.Kind()) => (assignment.Left, assignment.Right),
                _ => (null, null),
            };
            if (left is null || right is null || IsText(left) || IsText(right)) continue;
            var isThird = node.IsKind(SyntaxKind.DivideExpression) && right is LiteralExpressionSyntax { Token.ValueText: "3" };
            if (isThird || IsQuorumName(left) || IsQuorumName(right)) yield return file.At(node, $"'{node}' belongs in GroupConfig.");
        }
    }

    private static bool IsArithmetic(SyntaxKind kind) => kind is
        SyntaxKind.AddExpression or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression or SyntaxKind.DivideExpression
        or SyntaxKind.AddAssignmentExpression or SyntaxKind.SubtractAssignmentExpression
        or SyntaxKind.MultiplyAssignmentExpression or SyntaxKind.DivideAssignmentExpression;

    private static bool IsQuorumName(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax inner => IsQuorumName(inner.Expression),
        CastExpressionSyntax cast => IsQuorumName(cast.Expression),
        MemberAccessExpressionSyntax member => QuorumNames.Contains(member.Name.Identifier.Text),
        IdentifierNameSyntax name => QuorumNames.Contains(name.Identifier.Text),
        _ => false,
    };

    private static bool IsText(ExpressionSyntax expression) =>
        expression.IsKind(SyntaxKind.StringLiteralExpression) || expression is InterpolatedStringExpressionSyntax;
}
