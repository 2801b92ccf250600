using System.CommandLine;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Nodes;

/// <summary><c>kv node</c>: one member of a pool.</summary>
internal static class NodeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new("node", "Makes, configures and runs a node: one member of a pool, with its own key and disk.")
    {
        NodeInitCommand.Create(terminal),
        NodeConfigCommand.Create(terminal),
        NodeStartCommand.Create(terminal),
    };

    /// <summary>The option that names a node's directory.</summary>
    public static Option<string> DirectoryOption() => new("--dir") { Description = "The node's directory.", HelpName = "DIR", Required = true };

    /// <summary>One option for each setting.</summary>
    public static IReadOnlyDictionary<NodeSetting, Option<string?>> SettingOptions() => NodeSetting.All.ToDictionary(
        setting => setting,
        setting => new Option<string?>(setting.Flag)
        {
            Description = $"{setting.Description} Default: {setting.Variable}, {NodeConfig.FileName}, {(setting.Default.Length > 0 ? setting.Default : "none")}.",
            HelpName = setting.HelpName,
        });

    /// <summary>What is in force.</summary>
    public static NodeConfig ConfigOf(ParseResult parsed, Option<string> directory, IReadOnlyDictionary<NodeSetting, Option<string?>> settings, Terminal terminal)
    {
        var flags = settings.Where(each => parsed.GetValue(each.Value) is not null)
            .ToDictionary(each => each.Key.Name, each => parsed.GetValue(each.Value)!, StringComparer.Ordinal);
        var variables = terminal.EnvironmentNames.Where(static name => name.StartsWith(NodeSetting.VariablePrefix, StringComparison.Ordinal))
            .ToDictionary(name => name, name => terminal.Environment(name) ?? "", StringComparer.Ordinal);
        return NodeConfig.Read(parsed.GetValue(directory)!, variables, flags);
    }
}
