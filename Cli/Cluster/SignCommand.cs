using System.CommandLine;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster sign</c>: a member agrees to a genesis.</summary>
internal static class SignCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var key = ClusterCommand.KeyOption();
        var genesis = ClusterCommand.GenesisArgument();
        var command = new Command("sign", "Shows a genesis and adds this member's signature to the file. Signing again changes nothing. 'kv cluster show' only shows it.") { key, genesis };
        command.Example("kv cluster show genesis.json", "kv cluster sign --key node.key genesis.json");
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetValue(genesis)!;
            var document = GenesisDocument.Read(path);
            using var opened = KeyFile.Open(parsed.GetValue(key)!, KeyRole.Replica).Key;
            var signed = document.Sign(opened);
            await terminal.WriteTextAsync(GenesisText.Of(signed));
            signed.Write(path, overwrite: true);
            var missing = signed.Missing.Select(member => member.Name).ToList();
            await terminal.Error.WriteLineAsync(missing.Count == 0
                ? $"Signed, and so by all. Each makes its node from it: kv node init --dir D --key FILE --genesis {path}"
                : $"Signed. Not yet by {string.Join(", ", missing)}: hand them the file, or a copy and then 'kv cluster merge'.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
