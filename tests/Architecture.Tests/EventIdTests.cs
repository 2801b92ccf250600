using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>Logs are structured: a fact has one stable event id in the whole solution, and operators' alarms rest on it.</summary>
public sealed class EventIdTests
{
    private const string Attribute = "LoggerMessage";

    private static readonly string[] _unstructured = ["Log", "LogTrace", "LogDebug", "LogInformation", "LogWarning", "LogError", "LogCritical"];

    [Fact]
    public void No_two_facts_share_an_event_id() => Rules.Hold(Repeated([.. Repository.ProductSources]));

    [Fact]
    public void Every_fact_that_is_logged_has_one() => Rules.Hold(Repository.ProductSources.SelectMany(Unstructured));

    [Fact]
    public void Facts_are_found() => Assert.True(Repository.ProductSources.SelectMany(Events).Count() > 30);

    [Fact]
    public void Alarms_that_the_documentation_names_are_there()
    {
        var ids = Repository.ProductSources.SelectMany(Events).Select(fact => fact.Id).ToHashSet(StringComparer.Ordinal);
        var text = Repository.Text("docs/operations.md");
        var section = text[text.IndexOf("## Log events", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        var named = section.Split([' ', ',', '.', '(', ')', ':', ';'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length == 4 && word.All(char.IsAsciiDigit)).ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(ids));
    }

    [Fact]
    public void The_rules_find_what_they_forbid()
    {
        const string twice = "class C { [LoggerMessage(7, LogLevel.Error, \"a\")] static partial void A(); [LoggerMessage(7, LogLevel.Error, \"b\")] static partial void B(); }";
        Rules.Refuses(file => Repeated([file]), twice);
        Rules.Allows(file => Repeated([file]), twice.Replace("(7, LogLevel.Error, \"b\"", "(8, LogLevel.Error, \"b\"", StringComparison.Ordinal));
        Rules.Refuses(Unstructured, "class C { void M() => logger.LogInformation(\"a\"); }");
        Rules.Allows(Unstructured, "class C { void M() => Math.Log(2); }");
    }

    private static IEnumerable<string> Repeated(IReadOnlyList<SourceFile> files) =>
        from fact in files.SelectMany(Events)
        group fact by fact.Id into same
        where same.Count() > 1
        select string.Join(" and ", same.Select(fact => fact.File.At(fact.Where, $"has the event id {same.Key}.")));

    private static IEnumerable<(SourceFile File, AttributeSyntax Where, string Id)> Events(SourceFile file) =>
        from attribute in file.Syntax.DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() == Attribute
        select (file, attribute, attribute.ArgumentList!.Arguments[0].ToString());

    private static IEnumerable<string> Unstructured(SourceFile file) =>
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: var name, Expression: var target }
            && _unstructured.Contains(name) && target.ToString().EndsWith("ogger", StringComparison.Ordinal)
        select file.At(call, "logs a fact without an event id of its own: give it one in LogMessages.cs.");
}
