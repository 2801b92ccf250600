using System.CommandLine;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster</c>: how operators who do not share a key agree on a genesis.</summary>
internal static class ClusterCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new(
        "cluster",
        "Makes and checks a cluster's genesis. Each operator enrols; one puts the enrolments together (init); each signs; each makes its node ('kv node init'). "
        + "One operator alone, or a test, takes generate.")
    {
        EnrolCommand.Create(terminal),
        InitCommand.Create(terminal),
        SignCommand.Create(terminal),
        MergeCommand.Create(terminal),
        ShowCommand.Create(terminal),
        VerifyCommand.Create(terminal),
        GenerateCommand.Create(terminal),
    };

    /// <summary>The argument that names a genesis.</summary>
    public static Argument<string> GenesisArgument() => new("GENESIS") { Description = "The genesis document." };

    /// <summary>The option that says where to write.</summary>
    public static Option<string> OutputFile(string example) => new("--out", "-o") { Description = $"Where to write it, for example {example}.", HelpName = "FILE", Required = true };

    /// <summary>The option that names a node's key.</summary>
    public static Option<string> KeyOption() => new("--key") { Description = "The node's private key, of the role replica.", HelpName = "FILE", Required = true };

    /// <summary>The option that replaces what is there.</summary>
    public static Option<bool> Force() => new("--force") { Description = "Replace a file that is there." };
}
