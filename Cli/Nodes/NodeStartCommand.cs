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
        var lie = LieOption.OfNode();
        var lieAfter = LieOption.AfterOption();
        var command = new Command(
            "start", "Runs a node until it is told to end: Ctrl+C or SIGTERM, after which it ends with 0. Its log goes to the standard error. Each setting of 'kv node config' is an option.")
        {
            directory, lie, lieAfter,
        };
        foreach (var option in settings.Values) command.Options.Add(option);
        command.Example("kv node start --dir pool/node0", "kv node start --dir pool/node0 --log-format json --log-level debug");
        command.SetAction(async (parsed, cancel) =>
        {
            var faults = LieOption.Read(parsed.GetValue(lie) ?? terminal.Environment(LieOption.Variable));
            if (Duration.Read(lieAfter.Name, parsed.GetValue(lieAfter), TimeSpan.FromMilliseconds(1)) is { } time) faults = faults?.After(time);
            using var setup = NodeSetup.Read(NodeCommand.ConfigOf(parsed, directory, settings, terminal));
            await NodeHost.RunAsync(setup, faults, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }
}
