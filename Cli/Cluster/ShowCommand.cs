using System.CommandLine;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster show</c>: a genesis for people.</summary>
internal static class ShowCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var genesis = ClusterCommand.GenesisArgument();
        var command = new Command("show", "Shows a genesis: who its members are, how many may fail, and who has signed it.") { genesis };
        command.Example("kv cluster show genesis.json");
        command.SetAction(async (parsed, _) =>
        {
            await terminal.WriteTextAsync(GenesisText.Of(GenesisDocument.Read(parsed.GetValue(genesis)!)));
            return ExitCodes.Ok;
        });
        return command;
    }
}
