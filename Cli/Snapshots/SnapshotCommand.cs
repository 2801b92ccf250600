using System.CommandLine;
using KvStore.Cli.Nodes;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Snapshots;

/// <summary><c>kv snapshot</c>: backups that prove themselves.</summary>
internal static class SnapshotCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new(
        "snapshot",
        "Saves, checks and restores certified snapshots: a shard's state at a checkpoint, with the signatures of a quorum. A file is as good as its signatures, wherever it was kept.")
    {
        SnapshotSaveCommand.Create(terminal),
        SnapshotVerifyCommand.Create(terminal),
        SnapshotRestoreCommand.Create(terminal),
    };

    /// <summary>The argument that names a snapshot.</summary>
    public static Argument<string> FileArgument() => new("FILE") { Description = "The snapshot." };

    /// <summary>The option that names a shard.</summary>
    public static Option<uint?> ShardOption(string description) => new("--shard") { Description = description, HelpName = "S" };

    /// <summary>The shard that was named, which the genesis must have.</summary>
    public static GroupId? ShardOf(uint? given, Genesis genesis) => given switch
    {
        null => null,
        { } shard when shard < genesis.Groups.Length => new GroupId(shard),
        { } shard => throw Failure.Usage($"There is no shard {shard}: the genesis has {genesis.Groups.Length}, from 0 on.", "Name one of them with --shard."),
    };

    /// <summary>The genesis, which all members must have signed.</summary>
    /// <exception cref="Failure">It is not good.</exception>
    public static Genesis GenesisOf(string path) => Proven(() =>
    {
        var document = GenesisDocument.Read(path);
        document.RequireAllSignatures();
        return document.Genesis;
    });

    /// <summary>The settings that are in force in a node's directory.</summary>
    public static NodeConfig ConfigOf(ParseResult parsed, Option<string> directory, Terminal terminal) =>
        NodeCommand.ConfigOf(parsed, directory, new Dictionary<NodeSetting, Option<string?>>(), terminal);

    /// <summary>Checks something; what does not hold ends the program with the exit code for that.</summary>
    public static TResult Proven<TResult>(Func<TResult> check)
    {
        try
        {
            return check();
        }
        catch (SetupException wrong)
        {
            throw new Failure(ExitCodes.VerificationFailed, wrong.Message, wrong.Next);
        }
    }

    /// <summary>Reads a snapshot; what is not proven of it ends the program.</summary>
    /// <exception cref="Failure">It is not good.</exception>
    public static CertifiedSnapshot Read(string path, Genesis genesis, GroupId? shard) => Proven(() => CertifiedSnapshot.Read(path, genesis, shard));
}
