using System.Text.RegularExpressions;

namespace KvStore.Architecture.Tests;

/// <summary>What the documents point at is there.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Every_file_that_a_document_links_to_exists() => Rules.Hold(Documents().SelectMany(BrokenLinks));

    [Fact]
    public void The_rule_finds_a_link_to_nowhere()
    {
        Assert.Equal(["a.md", "b/c.cs"], Links("See [a](a.md), [b](b/c.cs#L5 \"title\"), [web](https://example.org/), [here](#below) and `[not](code.md)`."));
    }

    [Fact]
    public void The_hosted_workflow_calls_the_same_script_as_a_laptop()
    {
        Assert.Contains(".ci/run", Repository.Text(".github/workflows/ci.yml"), StringComparison.Ordinal);
        var script = Repository.Text(".ci/run");
        Assert.Contains("dotnet build KvStore.sln", script, StringComparison.Ordinal);
        Assert.Contains("dotnet test KvStore.sln", script, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Documents()
    {
        var root = Directory.EnumerateFiles(Repository.Root, "*.md");
        var folders = ((string[])["docs", "deploy"]).Select(static folder => Path.Combine(Repository.Root, folder)).Where(Directory.Exists);
        return root.Concat(folders.SelectMany(static folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)));
    }

    private static IEnumerable<string> BrokenLinks(string document) =>
        from link in Links(File.ReadAllText(document))
        let target = Path.Combine(Path.GetDirectoryName(document)!, link)
        where !File.Exists(target) && !Directory.Exists(target)
        select $"{Path.GetRelativePath(Repository.Root, document)} links to {link}, which is not there.";

    /// <summary>The relative links of a text, without their anchors; code is not read.</summary>
    private static IEnumerable<string> Links(string markdown)
    {
        var prose = Regex.Replace(markdown, "```.*?```|`[^`\n]*`", "", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        foreach (Match match in Regex.Matches(prose, @"\]\((?<target>[^)\s]+)[^)]*\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
        {
            var target = match.Groups["target"].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)) yield return target;
        }
    }
}
