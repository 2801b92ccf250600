using System.CommandLine;
using KvStore.Api.Nodes;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Nodes;

/// <summary><c>kv node start</c>: runs a node.</summary>
internal static class NodeStartCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var directory = NodeCommand.DirectoryOption();
        var settings = NodeCommand.SettingOptions();
        var command = new Command(
            "start", "Runs a node until it is told to end: Ctrl+C or SIGTERM, after which it ends with 0. Its log goes to the standard error. Each setting of 'kv node config' is an option.")
        {
            directory,
        };
        foreach (var option in settings.Values) command.Options.Add(option);
        command.Example("kv node start --dir pool/node0", "kv node start --dir pool/node0 --log-format json --log-level debug");
        command.SetAction(async (parsed, cancel) =>
        {
            using var setup = NodeSetup.Read(NodeCommand.ConfigOf(parsed, directory, settings, terminal));
            await NodeHost.RunAsync(setup, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }
}
