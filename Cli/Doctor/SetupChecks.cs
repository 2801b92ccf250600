using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Doctor;

/// <summary>What a node starts with: its genesis, its key, and what its directory says of earlier runs.</summary>
internal static class SetupChecks
{
    /// <summary>Looks at all of it.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="setup">The node as it would start; null when it would not. Whoever asked disposes of it.</param>
    public static IReadOnlyList<Finding> Of(NodeConfig config, out NodeSetup? setup)
    {
        setup = null;
        var findings = new List<Finding> { Genesis(config.GenesisPath), Key(config.KeyPath) };
        try
        {
            setup = NodeSetup.Read(config);
            findings.Add(Finding.Ok("node", $"{setup.Member.Name} is replica {setup.Self.Index} of {setup.Document.Members.Length} in every shard."));
            findings.Add(Marks(setup));
            if (Certificate(config) is { } certificate) findings.Add(certificate);
        }
        catch (SetupException wrong) when (findings.TrueForAll(finding => finding.Text != wrong.Message))
        {
            findings.Add(Finding.Of("node", wrong));
        }
        catch (SetupException)
        {
            // It was said of the genesis or of the key.
        }

        return findings;
    }

    private static Finding Genesis(string path)
    {
        try
        {
            var document = GenesisDocument.Read(path);
            document.RequireAllSignatures();
            return Finding.Ok("genesis", $"Signed by all {document.Members.Length} members of {document.Genesis.Name}, {SignatureBase.ClusterName(document.Genesis.Cluster)}.");
        }
        catch (SetupException wrong)
        {
            return Finding.Of("genesis", wrong);
        }
    }

    private static Finding Key(string path)
    {
        try
        {
            var opened = KeyFile.Open(path, KeyRole.Replica);
            using var key = opened.Key;
            if (opened.IsOpenToOthers) return Finding.Problem("key", $"Others than its owner can read '{path}', and whoever does can be this node.", $"chmod 600 {path}; if others may have read it, the key is lost.");
            return opened.IsDevelopment
                ? Finding.Warning("key", $"The key in '{path}' was made for development, where one had the keys of all nodes.", "For production let each operator make its own: 'kv key new --role replica'.")
                : Finding.Ok("key", $"{SignatureBase.KeyName(key.PublicKey)}, which only its owner can read.");
        }
        catch (SetupException wrong)
        {
            return Finding.Of("key", wrong);
        }
    }

    // Only an operator's own: those that nodes issue are made at each start.
    private static Finding? Certificate(NodeConfig config)
    {
        try
        {
            return PeerCertificates.Of(config) is { } own ? Finding.Ok("certificate", $"{own.Certificate.Subject}, for the other nodes; theirs must lead to one of {own.Authorities.Count} authorities.") : null;
        }
        catch (SetupException wrong)
        {
            return Finding.Of("certificate", wrong);
        }
    }

    private static Finding Marks(NodeSetup setup)
    {
        if (setup.Marks.HasRun()) return Finding.Ok("marks", "The node has run, and goes on where it was.");
        return setup.Marks.MayStartFirst()
            ? Finding.Ok("marks", "The node may start for the first time.")
            : Finding.Warning(
                "marks", "Nothing says that the node has run, nor that it may start for the first time: it will start as one that lost its data.",
                "If that is so, start it: it fetches its state from the others. If its data is elsewhere, name it with the setting 'data'.");
    }
}
