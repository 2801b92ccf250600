using System.CommandLine;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster enrol</c>: what an operator hands to whoever puts the cluster together.</summary>
internal static class EnrolCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var key = ClusterCommand.KeyOption();
        var name = new Option<string>("--name") { Description = "The node's name, for people: letters, digits, dots and hyphens.", HelpName = "NAME", Required = true };
        var peer = new Option<string>("--peer") { Description = "Where the other nodes will reach it.", HelpName = "HOST:PORT", Required = true };
        var client = new Option<string>("--client") { Description = "Where clients will reach it.", HelpName = "URL", Required = true };
        var output = ClusterCommand.OutputFile("alpha.json");
        var force = ClusterCommand.Force();
        var command = new Command("enrol", "Writes a node's public key, name and addresses, with a signature that proves that you have the key. It holds no secret.")
        {
            key, name, peer, client, output, force,
        };
        command.Example("kv key new --role replica -f node.key", "kv cluster enrol --key node.key --name alpha --peer 10.0.0.1:7000 --client http://10.0.0.1:7001 -o alpha.json");
        command.SetAction(async (parsed, _) =>
        {
            using var opened = KeyFile.Open(parsed.GetValue(key)!, KeyRole.Replica).Key;
            var enrolment = Enrolment.Create(opened, parsed.GetValue(name)!, parsed.GetValue(peer)!, parsed.GetValue(client)!);
            var path = parsed.GetValue(output)!;
            enrolment.Write(path, parsed.GetValue(force));
            await terminal.WriteLineAsync(SignatureBase.KeyName(enrolment.Member.Key));
            await terminal.Error.WriteLineAsync($"Written to {path}. Hand it to whoever puts the cluster together, by a way that nobody can change it on.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
