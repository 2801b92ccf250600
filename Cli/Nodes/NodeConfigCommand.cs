using System.CommandLine;
using KvStore.Replication.Setup;
using Spectre.Console;

namespace KvStore.Cli.Nodes;

/// <summary><c>kv node config</c>: what is in force, and why.</summary>
internal static class NodeConfigCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var settings = NodeCommand.SettingOptions();
        var command = new Command("config", "Prints every setting of a node, its value, and where that comes from: the command line, the environment, the file, or nowhere.") { directory };
        foreach (var option in settings.Values) command.Options.Add(option);
        command.Example("kv node config --dir pool/node0", "KV_NODE_LOG_LEVEL=debug kv node config --dir pool/node0 --durability none");
        command.SetAction(async (parsed, _) =>
        {
            var config = NodeCommand.ConfigOf(parsed, directory, settings, terminal);
            var table = new Table().Border(TableBorder.Simple).AddColumns("setting", "value", "from");
            foreach (var value in config.Values) table.AddRow(new Text(value.Setting.Name), new Text(value.Value), new Text(value.Source));
            await terminal.WriteAsync(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}
