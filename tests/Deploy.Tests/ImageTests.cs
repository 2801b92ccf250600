using System.Text.RegularExpressions;

namespace KvStore.Deploy.Tests;

/// <summary>What the image, the machine and the templates must agree on. The image itself is not built here: its base is in a registry that builds do not reach.</summary>
public sealed partial class ImageTests
{
    private static readonly string _image = Repository.Text("deploy/Dockerfile");
    private static readonly string _script = Repository.Text("deploy/bicep/node/node.sh");

    [Fact]
    public void The_image_runs_kv_as_nobody_with_libsodium_and_is_looked_at()
    {
        Assert.Contains("<AssemblyName>kv</AssemblyName>", Repository.Text("Cli/Cli.csproj"), StringComparison.Ordinal);
        Assert.Contains("ENTRYPOINT [\"/app/kv\"]", _image, StringComparison.Ordinal);
        Assert.Contains("libsodium23", _image, StringComparison.Ordinal);
        Assert.Contains("HEALTHCHECK", _image, StringComparison.Ordinal);
        Assert.Contains("/livez", _image, StringComparison.Ordinal);
        Assert.DoesNotContain("USER root", _image, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "deploy", "Dockerfile.dockerignore")));
    }

    // A directory of another owner is one that the node can't write, and a key of another owner one that it can't read.
    [Fact]
    public void Image_machine_and_script_mean_the_same_user()
    {
        var user = User().Match(_image).Groups["id"].Value;
        Assert.NotEqual("", user);
        Assert.Contains($"owner={user}\n", _script, StringComparison.Ordinal);
        Assert.Contains($"uid: \"{user}\"", Repository.Text("deploy/bicep/node/cloud-init.yaml"), StringComparison.Ordinal);
        Assert.All(Owner().Matches(_script), match => Assert.Equal(user, match.Groups["id"].Value));
        Assert.True(Owner().Count(_script) >= 3);
    }

    [Fact]
    public void Image_and_templates_mean_the_same_ports()
    {
        var variables = TemplateSet.Load()["shared-types.bicep"].Variables.ToDictionary(static variable => variable.Name, static variable => variable.Value!.Text);
        Assert.Contains($"EXPOSE {variables["peerPort"]} {variables["clientPort"]}\n", _image, StringComparison.Ordinal);
    }

    [Fact]
    public void The_script_has_every_variable_that_the_template_gives_it_and_no_others()
    {
        var settings = TemplateSet.Load()["modules/replica.bicep"].Modules.Single(static module => module.Name == "node").Members
            .SelectMany(static member => member.Name == "params" ? Declaration.MembersOf(member.Value) : []).Single(static member => member.Name == "settings").Value;
        var given = Declaration.MembersOf(settings).Select(static member => member.Name).ToList();
        // The others have a default, for tests; or are settings and variables of the node in its container.
        var used = Variable().Matches(_script).Select(static match => match.Groups["name"].Value).Distinct().Except(["KV_ROOT", "KV_PAUSE", "KV_TRIES", "KV_RETRY", "KV_METADATA"]);
        Assert.Empty(used.Except(given));
        Assert.Empty(given.Except(used).Except(["KV_RUN"]));
    }

    [GeneratedRegex("^USER (?<id>[0-9]+):", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex User();

    [GeneratedRegex("(?<id>[0-9]{3,}):[0-9]{3,}\\b(?!/)|-[og] (?<id>[0-9]{3,})\\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Owner();

    [GeneratedRegex("\\$\\{?(?<name>KV_[A-Z_]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Variable();
}
