using System.CommandLine;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster merge</c>: the signatures of several copies in one.</summary>
internal static class MergeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var copies = new Argument<string[]>("GENESIS") { Description = "Copies of one genesis that members signed.", Arity = ArgumentArity.OneOrMore };
        var output = ClusterCommand.OutputFile("genesis.json");
        var force = ClusterCommand.Force();
        var command = new Command("merge", "Puts the signatures of several copies of one genesis into one file.") { copies, output, force };
        command.Example("kv cluster merge alpha-signed.json beta-signed.json -o genesis.json");
        command.SetAction(async (parsed, _) =>
        {
            var paths = parsed.GetValue(copies)!;
            var merged = paths.Skip(1).Aggregate(GenesisDocument.Read(paths[0]), static (all, path) => all.Merge(GenesisDocument.Read(path), $"The file '{path}'"));
            merged.Write(parsed.GetValue(output)!, parsed.GetValue(force));
            await terminal.WriteTextAsync(GenesisText.Of(merged));
            return ExitCodes.Ok;
        });
        return command;
    }
}
