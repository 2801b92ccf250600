namespace KvStore.Architecture.Tests;

/// <summary>The table of folders in ARCHITECTURE.md: an arrow that is not here does not exist.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Consensus"] = ["Protocol"],
        ["StateMachine"] = ["Protocol"],
        ["Storage"] = ["Protocol"],
        ["Storage.Azure"] = ["Storage"],
        ["Replication"] = ["Protocol", "Consensus", "StateMachine", "Storage"],
        ["Client"] = ["Protocol"],
        ["Api"] = ["Replication", "Client"],
        ["Cli"] = ["Api", "Client", "Simulator"],
        ["Simulator"] = ["Replication"],
        ["Grains.Interfaces"] = [], // So that no type of the protocol can get into Orleans' serializer.
        ["Grains"] = ["Grains.Interfaces", "Replication"],
        ["Silo"] = ["Grains", "Grains.Interfaces", "Replication", "Api", "Storage.Azure"],
    };

    [Fact]
    public void Every_folder_with_a_project_is_in_the_table() => Assert.Empty(Repository.Products.Except(Allowed.Keys));

    [Fact]
    public void Every_project_has_exactly_the_arrows_of_the_table()
    {
        foreach (var product in Repository.Products)
        {
            var expected = Allowed[product].Where(Repository.Products.Contains).Order(StringComparer.Ordinal);
            Assert.Equal(expected, Repository.References(product).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_product_has_a_test_project_that_references_it()
    {
        foreach (var product in Repository.Products)
        {
            var tests = $"tests/{(CloudTests.Wing.Contains(product) ? "Grains" : product)}.Tests";
            Assert.Contains(tests, Repository.TestProjects);
            Assert.Contains(product, Repository.References(tests));
        }
    }

    // Templates are read as text: what runs on Azure is an image, and no product knows where it runs.
    [Fact]
    public void What_is_deployed_has_tests_and_no_project_of_its_own()
    {
        Assert.DoesNotContain("deploy", Repository.Products);
        Assert.Contains("tests/Deploy.Tests", Repository.TestProjects);
        Assert.Empty(Repository.References("tests/Deploy.Tests"));
        Assert.Contains("| `deploy/` |", Repository.Text("ARCHITECTURE.md"), StringComparison.Ordinal);
        Assert.Contains("npm ci --prefix tests/Deploy.Tests/parser", Repository.Text(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void Package_versions_are_exact_and_central()
    {
        foreach (var project in Repository.Products.Concat(Repository.TestProjects))
        {
            Assert.All(Repository.Project(project).Descendants("PackageReference"), package =>
            {
                Assert.Null(package.Attribute("Version"));
                Assert.Null(package.Attribute("VersionOverride"));
            });
        }

        Assert.DoesNotMatch("Version=\"[^\"]*[*,\\[(]", Repository.Text("Directory.Packages.props"));
    }
}
