using System.Text;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Accountability;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Cli.Fuzzing.Targets;

/// <summary>The files that operators make and exchange: what is not one is refused by the one exception for it, which says what to do.</summary>
internal static class SetupTargets
{
    private static readonly string[] _words =
    [
        "null", "true", "false", "0", "-1", "1e9", "18446744073709551616", "\"\"", "{", "}", "[", "]", ",", ":", "\"", "\\uD800", "\\u0000", "/*", "//", "\"a\":1,", "format", "kv-genesis-1", "kv-key-1",
        "kv-key-2", "client", "replica", "admin", "127.0.0.1:0", "127.0.0.1:65536", "[::1]:7000", "http://a:1", "https://", "=", "a=b:1", "always", "none", "../", "\u00ff", "\t", "\n",
    ];

    /// <summary>The targets.</summary>
    /// <param name="directory">A directory for the files that are read by name.</param>
    public static IReadOnlyList<FuzzTarget> In(string directory)
    {
        var keys = Enumerable.Range(0, 4).Select(index => FuzzGroup.Key((byte)(0x20 * index))).ToList();
        var members = keys.Select((key, index) => new Member($"n{index}", key.PublicKey, $"10.0.0.{index}:7000", $"http://10.0.0.{index}:7001")).ToList();
        var enrolment = Enrolment.Create(keys[0], members[0].Name, members[0].Peer, members[0].Client);
        var genesis = GenesisDocument.Create("fuzz", [.. members], 2, ClientPolicy.Only([keys[3].PublicKey]));
        var signed = keys.Aggregate(genesis, static (document, key) => document.Sign(key));
        KeyFile.Write(Path.Combine(directory, "seed.key"), new byte[Ed25519PrivateKey.SeedLength], KeyRole.Replica, isDevelopment: true, overwrite: true);
        var evidence = Evidence(genesis.Genesis, keys[1]);
        foreach (var key in keys) key.Dispose();
        return
        [
            Json("genesis", [Written(directory, path => genesis.Write(path, overwrite: true)), Written(directory, path => signed.Write(path, overwrite: true))], input => GenesisDocument.Parse(input, "It")),
            Json("enrolment", [Written(directory, path => enrolment.Write(path, overwrite: true))], input => Enrolment.Parse(input, "It")),
            Json("evidence", [evidence], input => EvidenceRecord.Verify(input, genesis.Genesis, "It")),
            Json("key", [File.ReadAllBytes(Path.Combine(directory, "seed.key"))], input => OpenKey(directory, input)),
            Json("node", [.. NodeConfigs.Select(Encoding.UTF8.GetBytes)], input => ReadNode(directory, input)),
        ];
    }

    private static IReadOnlyList<string> NodeConfigs =>
    [
        "{}",
        "{\"key\":\"node.key\",\"genesis\":\"g.json\",\"data\":\"d\",\"peerListen\":\"0.0.0.0:7000\",\"clientListen\":\"http://127.0.0.1:7001\",\"peers\":\"n1=10.0.0.1:7000,n2=[::1]:7000\","
            + "\"durability\":\"none\",\"allowUnsigned\":true,\"answerTimeout\":7,\"logLevel\":\"warning\",\"logFormat\":\"json\"}",
        "{\"peerCertificate\":\"a.pem\",\"peerCertificateKey\":\"b.pem\",\"peerAuthorities\":\"c.pem\"}",
    ];

    private static FuzzTarget Json(string name, IReadOnlyList<byte[]> seeds, Action<byte[]> read) => new(name, seeds, _words, input =>
    {
        try
        {
            read(input);
            return true;
        }
        catch (SetupException)
        {
            return false;
        }
    });

    private static byte[] Written(string directory, Action<string> write)
    {
        var path = Path.Combine(directory, "written");
        write(path);
        return File.ReadAllBytes(path);
    }

    private static byte[] Evidence(Genesis genesis, Ed25519PrivateKey key)
    {
        var context = new StatementContext(genesis.Cluster, new GroupId(1), new Epoch(0));
        return EvidenceRecord.Of(context, key.PublicKey, Vote(1), Vote(2)).ToBytes();

        Signed<Commit> Vote(byte batch)
        {
            var commit = new Commit(new View(0), new SequenceNumber(7), Digest.Of([batch]));
            return new Signed<Commit>(commit, new ReplicaId(1), key.Sign(FuzzGroup.Bytes(writer => StatementCodec.EncodeSignedBytes(writer, context, commit))));
        }
    }

    private static void OpenKey(string directory, byte[] input)
    {
        var path = Path.Combine(directory, "fuzz.key");
        File.WriteAllBytes(path, input);
        KeyFile.Open(path).Key.Dispose();
    }

    private static void ReadNode(string directory, byte[] input)
    {
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        File.WriteAllBytes(Path.Combine(directory, NodeConfig.FileName), input);
        var config = NodeConfig.Read(directory, none, none);
        _ = (config.KeyPath, config.GenesisPath, config.DataPath, config.PeerListen, config.ClientListen, config.Peers, config.PeerCertificateFiles, config.IsDurable, config.AllowUnsigned);
        _ = (config.AnswerTimeout, config.LogLevel, config.LogsJson);
    }
}
