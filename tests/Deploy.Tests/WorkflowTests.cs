using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KvStore.Deploy.Tests;

/// <summary>The workflows that deploy: that they are YAML, name files that are there, give the templates what they ask for, and roll one replica at a time.</summary>
public sealed partial class WorkflowTests
{
    private const string Deploy = ".github/workflows/deploy.yml";
    private const string WhatIf = ".github/workflows/deploy-what-if.yml";

    public static TheoryData<string> Workflows => [Deploy, WhatIf, ".github/workflows/ci.yml"];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_is_yaml_whose_jobs_need_jobs_that_there_are(string path)
    {
        var jobs = Parse(path)["jobs"]!.AsObject();
        Assert.NotEmpty(jobs);
        foreach (var (name, job) in jobs)
        {
            Assert.True(job!["timeout-minutes"] is not null, $"{name} may run for ever.");
            if (job["needs"] is { } needed) Assert.Contains(needed.GetValue<string>(), jobs.Select(static each => each.Key));
        }
    }

    [Fact]
    public void What_is_no_yaml_is_found()
    {
        var text = Repository.Text(Deploy);
        var broken = text.Replace("jobs:\n", "jobs: [\n", StringComparison.Ordinal);
        var twice = text.Replace("concurrency:\n", "permissions: {}\nconcurrency:\n", StringComparison.Ordinal);
        Assert.All(BicepParser.Parse([("a.yml", broken), ("b.yml", twice)]), static file => Assert.NotEmpty(file.Errors));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_file_that_a_workflow_names_is_there(string path)
    {
        var text = Repository.Text(path).Replace("$POOL", "zonal", StringComparison.Ordinal);
        var names = FileName().Matches(text).Select(static match => match.Value).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.All(names, static name => Assert.True(File.Exists(Path.Combine(Repository.Root, name)), $"{name} is not there."));
    }

    [Theory]
    [InlineData(Deploy)]
    [InlineData(WhatIf)]
    public void A_workflow_sets_every_variable_that_the_parameters_read(string path)
    {
        var read = TemplateSet.Load().ParameterFiles.SelectMany(static file => file.Tree.All())
            .Where(static node => node.Kind == "call_expression" && node.Named[0].Text == "readEnvironmentVariable")
            .Where(static node => node.First("arguments")!.Named.Count == 1)
            .Select(static node => node.First("arguments")!.Named[0].Literal()!).Distinct();
        Assert.Empty(read.Except(Parse(path)["env"]!.AsObject().Select(static variable => variable.Key)));
    }

    [Fact]
    public void Replicas_are_rolled_one_at_a_time_each_with_its_own_identity_and_none_after_one_that_failed()
    {
        var workflow = Parse(Deploy);
        var replica = workflow["jobs"]!["replica"]!;
        Assert.Equal(1, replica["strategy"]!["max-parallel"]!.GetValue<int>());
        Assert.True(replica["strategy"]!["fail-fast"]!.GetValue<bool>());
        Assert.Equal("${{ inputs.pool }}-${{ matrix.replica }}", replica["environment"]!.GetValue<string>());
        Assert.False(workflow["concurrency"]!["cancel-in-progress"]!.GetValue<bool>());
        Assert.Equal(["workflow_dispatch"], workflow["on"]!.AsObject().Select(static each => each.Key));
    }

    [Fact]
    public void The_choices_are_those_of_the_templates()
    {
        var inputs = Parse(Deploy)["on"]!["workflow_dispatch"]!["inputs"]!;
        var set = TemplateSet.Load();
        var actions = set["main.bicep"].Parameters.Single(static parameter => parameter.Name == "action").Decorators["allowed"][0].Named.Select(static each => each.Literal()!);
        Assert.Equal(actions.Order(StringComparer.Ordinal), Options("action").Order(StringComparer.Ordinal));
        Assert.Equal(set.ParameterFiles.Select(static file => Path.GetFileNameWithoutExtension(file.Path)).Order(StringComparer.Ordinal), Options("pool").Order(StringComparer.Ordinal));

        IEnumerable<string> Options(string input) => inputs[input]!["options"]!.AsArray().Select(static option => option!.GetValue<string>());
    }

    [Theory]
    [InlineData(Deploy)]
    [InlineData(WhatIf)]
    public void What_somebody_types_in_reaches_a_shell_as_a_variable_only(string path)
    {
        var steps = Parse(path)["jobs"]!.AsObject().SelectMany(static job => job.Value!["steps"]!.AsArray());
        var scripts = steps.Select(static step => step!["run"]?.GetValue<string>()).OfType<string>().ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, static script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("replica-parameters", "modules/replica.bicep", "beta")]
    [InlineData("shared-parameters", "shared.bicep", null)]
    public async Task A_template_that_is_deployed_alone_gets_the_parameters_that_it_has(string script, string template, string? replica)
    {
        FakeMachine.Require("bash", "jq");
        var set = TemplateSet.Load();
        var pool = Pool.All(set).Single(static pool => pool.Name.Contains("zonal", StringComparison.Ordinal));
        var given = (await Run(script, pool, replica)).Parameters!;
        var target = set[template].Parameters;
        // 'az bicep build-params' writes what the file gives, and not what main.bicep has by default.
        Assert.Empty(target.Where(static parameter => parameter.Node.First("=") is null).Select(static parameter => parameter.Name).Except(given.Select(static each => each.Key)));
        Assert.Empty(given.Select(static each => each.Key).Except(target.Select(static parameter => parameter.Name)));
        if (replica is null) return;
        Assert.Equal("beta", given["replica"]!["value"]!["id"]!.GetValue<string>());
        Assert.Equal(1, given["index"]!["value"]!.GetValue<int>());
    }

    [Fact]
    public async Task Parameters_of_a_replica_that_there_is_not_are_refused()
    {
        FakeMachine.Require("bash", "jq");
        var pool = Pool.All(TemplateSet.Load()).Single(static pool => pool.Name.Contains("zonal", StringComparison.Ordinal));
        Assert.NotEqual(0, (await Run("replica-parameters", pool, "omega")).Status);
    }

    private static async Task<(int Status, JsonObject? Parameters)> Run(string script, Pool pool, string? replica)
    {
        var file = Path.GetTempFileName();
        try
        {
            var parameters = pool.Parameters.ToDictionary(static each => each.Key, static each => new { value = each.Value });
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { contentVersion = "1.0.0.0", parameters }), TestContext.Current.CancellationToken);
            string[] arguments = replica is null ? [Path.Combine(Repository.Root, "deploy", script), file] : [Path.Combine(Repository.Root, "deploy", script), file, replica];
            using var process = Process.Start(new ProcessStartInfo("bash", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, process.ExitCode == 0 ? JsonNode.Parse(output)!["parameters"]!.AsObject() : null);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static JsonNode Parse(string path)
    {
        var file = BicepParser.Parse([(path, Repository.Text(path))]).Single();
        Assert.True(file.Errors.Count == 0, string.Join('\n', file.Errors));
        return JsonNode.Parse(file.Value!.Value.GetRawText())!;
    }

    [GeneratedRegex(@"(?<![\w/.-])(?:deploy/[\w./-]*\w|\.ci/\w+)(?![\w/-])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex FileName();
}
