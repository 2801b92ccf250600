using System.CommandLine;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster verify</c>: whether nodes would take a genesis.</summary>
internal static class VerifyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var genesis = ClusterCommand.GenesisArgument();
        var command = new Command("verify", "Checks that a genesis is whole and signed by all its members; ends with 6 when it is not. Prints the cluster's id.") { genesis };
        command.Example("kv cluster verify genesis.json");
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                var document = GenesisDocument.Read(parsed.GetValue(genesis)!);
                document.RequireAllSignatures();
                await terminal.WriteLineAsync(SignatureBase.ClusterName(document.Genesis.Cluster));
                return ExitCodes.Ok;
            }
            catch (SetupException wrong)
            {
                throw new Failure(ExitCodes.VerificationFailed, wrong.Message, wrong.Next);
            }
        });
        return command;
    }
}
