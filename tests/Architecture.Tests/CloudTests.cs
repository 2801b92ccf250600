using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvStore.Architecture.Tests;

/// <summary>The Orleans wing: its packages are not needed by the default build, its grains route and do nothing else, and one place knows of Azure.</summary>
public sealed class CloudTests
{
    private const string Cloud = "Cloud";

    private static readonly string[] _wingAndTests = ["Grains.Interfaces", "Grains", "Silo", "Grains.Tests"];
    private static readonly string[] _packages = ["Microsoft.Orleans.", "Azure.", "NSec.", "OpenTelemetry"];
    private static readonly string[] _timers = ["RegisterGrainTimer", "RegisterTimer", "RegisterOrUpdateReminder", "IPersistentState", "WriteStateAsync"];

    /// <summary>The product projects of the configuration Cloud, which have one test project.</summary>
    public static IReadOnlyList<string> Wing { get; } = ["Grains.Interfaces", "Grains", "Silo"];

    [Fact]
    public void The_default_configurations_do_not_build_the_wing_and_Cloud_builds_everything()
    {
        var solution = Repository.Text("KvStore.sln");
        var projects = Regex.Matches(solution, "= \"(?<name>[^\"]+)\", \"[^\"]+\\.csproj\", \"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.Equal(_wingAndTests.Order(), projects.Select(project => project.Groups["name"].Value).Intersect(_wingAndTests).Order());
        foreach (var (name, id) in projects.Select(project => (project.Groups["name"].Value, project.Groups["id"].Value)))
        {
            var built = Regex.Matches(solution, Regex.Escape(id) + @"\.(?<configuration>\w+)\|[^.]+\.Build\.0", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
                .Select(line => line.Groups["configuration"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            Assert.Equal(_wingAndTests.Contains(name) ? [Cloud] : [Cloud, "Debug", "Release"], built);
        }
    }

    [Fact]
    public void Nothing_but_the_wing_needs_its_packages()
    {
        foreach (var project in Repository.Products.Concat(Repository.TestProjects).Where(project => !_wingAndTests.Contains(project.Split('/')[^1])))
        {
            var packages = Repository.Project(project).Descendants("PackageReference").Select(package => (string?)package.Attribute("Include") ?? "");
            Assert.DoesNotContain(packages, package => package.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal) || package.StartsWith("NSec.", StringComparison.Ordinal) || package == "Azure.Data.Tables");
            Assert.DoesNotContain(Repository.References(project), reference => _wingAndTests.Contains(reference.Split('/')[^1]));
        }
    }

    [Fact]
    public void The_wing_keeps_no_lock_file_that_could_not_be_made_everywhere()
    {
        foreach (var project in Wing.Append("tests/Grains.Tests"))
        {
            Assert.Equal("false", Repository.Project(project).Descendants("RestorePackagesWithLockFile").Single().Value);
            Assert.False(File.Exists(Path.Combine(Repository.Root, project, "packages.lock.json")), project);
        }
    }

    [Fact]
    public void Every_package_of_the_wing_is_named_with_its_version_in_one_place()
    {
        var central = Repository.Text("Directory.Packages.props");
        foreach (var package in Wing.SelectMany(project => Repository.Project(project).Descendants("PackageReference")).Select(package => (string)package.Attribute("Include")!))
        {
            Assert.Contains($"Include=\"{package}\" Version=\"", central, StringComparison.Ordinal);
            Assert.Contains(_packages, known => package.StartsWith(known, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Grains_have_no_timer_no_state_and_no_field_of_their_own() => Rules.Hold(Repository.ProductSources.Where(file => file.Project == "Grains").SelectMany(Stateful));

    [Fact]
    public void What_Orleans_serializes_has_a_versioned_alias_and_is_immutable() => Rules.Hold(Repository.ProductSources.Where(file => file.Project == "Grains.Interfaces").SelectMany(Unversioned));

    [Fact]
    public void Nobody_waits_for_a_replica() => Rules.Hold(Repository.ProductSources.Where(file => file.Path.EndsWith("IReplicaGrain.cs", StringComparison.Ordinal)).SelectMany(Awaited));

    [Fact]
    public void The_rules_find_what_they_forbid()
    {
        Rules.Refuses(Stateful, "class A : Grain { int _count; }");
        Rules.Refuses(Stateful, "class A { void M() => this.RegisterGrainTimer(T, default); }");
        Rules.Allows(Stateful, "class A(int part) : Grain { int M() => part; } class B { int _count; }");
        Rules.Refuses(Unversioned, "[GenerateSerializer, Alias(\"a.v1\")] record A;");
        Rules.Refuses(Unversioned, "[GenerateSerializer, Immutable, Alias(\"a\")] record A;");
        Rules.Refuses(Unversioned, "interface A { void M(); }");
        Rules.Refuses(Unversioned, "[Alias(\"a.v1\")] interface A { void M(); }");
        Rules.Allows(Unversioned, "[Alias(\"a.v1\")] interface A { [Alias(\"m\")] void M(); } [GenerateSerializer, Immutable, Alias(\"b.v1\")] record B;");
        Rules.Refuses(Awaited, "interface A { [Alias(\"m\")] Task M(); }");
        Rules.Allows(Awaited, "interface A { [OneWay, Alias(\"m\")] Task M(); }");
    }

    private static IEnumerable<string> Stateful(SourceFile file)
    {
        foreach (var type in file.Nodes<ClassDeclarationSyntax>().Where(type => type.BaseList?.Types.Any(each => each.ToString() == "Grain") == true))
        {
            foreach (var field in type.Members.Where(member => member is FieldDeclarationSyntax or PropertyDeclarationSyntax)) yield return file.At(field, $"{type.Identifier} has something of its own.");
        }

        foreach (var name in file.Nodes<SimpleNameSyntax>().Where(name => _timers.Contains(name.Identifier.Text))) yield return file.At(name, $"'{name}' in a router.");
    }

    private static IEnumerable<string> Unversioned(SourceFile file)
    {
        foreach (var type in file.Nodes<TypeDeclarationSyntax>())
        {
            if (!Regex.IsMatch(Argument(type, "Alias"), @"\.v\d+""$", RegexOptions.None, TimeSpan.FromSeconds(5))) yield return file.At(type, $"{type.Identifier} has no alias with a version.");
            if (type is not InterfaceDeclarationSyntax && !(Has(type, "Immutable") && Has(type, "GenerateSerializer"))) yield return file.At(type, $"{type.Identifier} is not immutable.");
        }

        foreach (var method in file.Nodes<MethodDeclarationSyntax>().Where(method => !Has(method, "Alias"))) yield return file.At(method, $"{method.Identifier} has no alias.");
    }

    private static IEnumerable<string> Awaited(SourceFile file) =>
        from method in file.Nodes<MethodDeclarationSyntax>()
        where !Has(method, "OneWay")
        select file.At(method, $"{method.Identifier} is not one-way.");

    private static bool Has(MemberDeclarationSyntax member, string attribute) => Attributes(member).Any(each => each.Name.ToString() == attribute);

    private static string Argument(MemberDeclarationSyntax member, string attribute) =>
        Attributes(member).FirstOrDefault(each => each.Name.ToString() == attribute)?.ArgumentList?.Arguments.FirstOrDefault()?.ToString() ?? "";

    private static IEnumerable<AttributeSyntax> Attributes(MemberDeclarationSyntax member) => member.AttributeLists.SelectMany(list => list.Attributes);
}
