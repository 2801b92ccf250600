using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>docs/adversary.md has a line for each row of the design, and what it names is there.</summary>
public sealed class AdversaryTests
{
    private const int Rows = 42;
    private const string NotYet = "◇";

    private static readonly Lazy<HashSet<string>> Known = new(() => [.. Repository.Sources.SelectMany(Names)]);

    [Fact]
    public void Every_row_is_there_and_says_what_covers_it_or_that_nothing_does()
    {
        var rows = Regex.Matches(Document(), @"^\| (?<number>\d+) \|.*\| (?<cover>[^|]+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.Equal(Enumerable.Range(1, Rows), rows.Select(row => int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture)));
        Rules.Hold(rows.Select(row => row.Groups["cover"].Value).Where(cover => !cover.Contains(NotYet, StringComparison.Ordinal) && !Mentioned(cover).Any()).Select(cover => $"names nothing: {cover}"));
    }

    [Fact]
    public void Whatever_is_named_exists() => Rules.Hold(Mentioned(Document()).Where(name => !Known.Value.Contains(name)).Select(name => $"docs/adversary.md names {name}, which is not there."));

    [Fact]
    public void Every_way_to_lie_is_named()
    {
        var lies = Repository.Sources.Single(file => file.Path == "Simulator/Byzantine/Lie.cs").Nodes<EnumMemberDeclarationSyntax>().Select(lie => $"Lie.{lie.Identifier}");
        Rules.Hold(lies.Except(Mentioned(Document()), StringComparer.Ordinal).Select(lie => $"docs/adversary.md does not name {lie}."));
    }

    [Fact]
    public void The_rule_knows_a_name_when_it_sees_one()
    {
        Assert.Equal(["A.B_c", "Checker"], Mentioned("as `A.B_c` and `Checker` show, `kv sim` too, and [this](adversary.md)"));
        Assert.Equal(["A", "A.M", "E", "E.One"], Names(SourceFile.Sample("class A { void M() { } } enum E { One }")));
        Assert.DoesNotContain("ForgedNewViewTests.Nothing_of_the_kind", Known.Value);
    }

    private static string Document() => Repository.Text("docs/adversary.md");

    private static IEnumerable<string> Mentioned(string text) =>
        Regex.Matches(text, @"`(?<name>[A-Z]\w*(\.\w+)?)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(match => match.Groups["name"].Value);

    private static IEnumerable<string> Names(SourceFile file)
    {
        foreach (var type in file.Nodes<BaseTypeDeclarationSyntax>())
        {
            yield return type.Identifier.Text;
            var members = type is EnumDeclarationSyntax listed
                ? listed.Members.Select(member => member.Identifier.Text)
                : ((TypeDeclarationSyntax)type).Members.OfType<MethodDeclarationSyntax>().Select(method => method.Identifier.Text);
            foreach (var member in members) yield return $"{type.Identifier.Text}.{member}";
        }
    }
}
