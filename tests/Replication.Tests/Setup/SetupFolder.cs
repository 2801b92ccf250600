using KvStore.Protocol;
using KvStore.Replication.Setup;
using KvStore.StateMachine;

namespace KvStore.Replication.Tests.Setup;

/// <summary>A folder of its own for the files of one test, and members with keys that are the same in every run.</summary>
internal sealed class SetupFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-setup-").FullName;

    public string this[string name] => Path.Combine(_folder, name);

    public static byte[] Seed(int member) => [.. Enumerable.Range(member, 32).Select(i => (byte)i)];

    public static Member MemberOf(int member)
    {
        using var key = new Ed25519PrivateKey(Seed(member));
        return new Member($"node{member}", key.PublicKey, $"10.0.0.{member + 1}:7000", $"http://10.0.0.{member + 1}:7001");
    }

    /// <summary>A genesis of four members that nobody has signed.</summary>
    public static GenesisDocument Unsigned(string name = "wire") => GenesisDocument.Create(name, [.. Enumerable.Range(0, 4).Select(MemberOf)], 2, ClientPolicy.Any);

    /// <summary>The same, signed by the first few.</summary>
    public static GenesisDocument Signed(int members = 4, string name = "wire")
    {
        var document = Unsigned(name);
        for (var i = 0; i < members; i++)
        {
            using var key = new Ed25519PrivateKey(Seed(i));
            document = document.Sign(key);
        }

        return document;
    }

    /// <summary>A node's directory.</summary>
    public string Node(int member, GenesisDocument document, bool isFirst = true)
    {
        var key = this[$"key{member}"];
        KeyFile.Write(key, Seed(member), KeyRole.Replica, isDevelopment: false, overwrite: true);
        NodeDirectory.Create(this[$"node{member}"], key, document, isFirst);
        return this[$"node{member}"];
    }

    /// <summary>The configuration of a node, with what the environment and the command line say.</summary>
    public static NodeConfig Config(string directory, (string Name, string Value)[]? environment = null, (string Name, string Value)[]? flags = null) => NodeConfig.Read(
        directory,
        (environment ?? []).ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal),
        (flags ?? []).ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
