using System.CommandLine;
using System.Security.Cryptography;
using KvStore.Cli.Keys;
using KvStore.Protocol;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Commands;

/// <summary><c>kv key new|show</c>: the keys that clients, nodes and administrators sign with.</summary>
internal static class KeyCommand
{
    private const string DefaultFile = "kv-key.json";

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new("key", "Makes and shows the keys of clients, nodes and administrators.") { New(terminal), Show(terminal) };

    private static Command New(Terminal terminal)
    {
        var file = FileOption();
        var seed = new Option<string?>("--seed")
        {
            Description = "The 32 bytes of the private key, for tests: what is typed stays in the shell's history. Default: random ones.",
            HelpName = "HEX",
        };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there; its key is lost." };
        var role = new Option<string>("--role")
        {
            Description = "What it is for: client (signs requests), replica (is a node), admin (is to sign changes of the cluster; nothing asks for it yet).",
            HelpName = "ROLE",
            DefaultValueFactory = _ => KeyFile.NameOf(KeyRole.Client),
        };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<KeyRole>().Select(KeyFile.NameOf)]);
        var dev = new Option<bool>("--dev") { Description = "Mark it as made for development: a node with it warns at every start." };
        var command = new Command("new", "Makes a key, writes it to a file that only you can read, and prints its public part.") { file, role, seed, force, dev };
        command.Example("kv key new -f me.json", "kv put greeting hello --key me.json", "kv key new --role replica -f node.key");
        command.SetAction(async (parsed, _) =>
        {
            var path = PathOf(parsed.GetValue(file), terminal);
            var bytes = SeedOf(parsed.GetValue(seed));
            Invariant.Holds(KeyFile.TryRole(parsed.GetValue(role)!, out var meant));
            var key = KeyFile.Write(path, bytes, meant, parsed.GetValue(dev), parsed.GetValue(force));
            CryptographicOperations.ZeroMemory(bytes);
            await terminal.WriteLineAsync(SignatureBase.KeyName(key));
            await terminal.Error.WriteLineAsync(meant switch
            {
                KeyRole.Client => $"Written to {path}. Sign with it: --key {path}, or KV_KEY={path}.",
                KeyRole.Replica => $"Written to {path}. Enrol with it: kv cluster enrol --key {path}.",
                _ => $"Written to {path}.",
            });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var file = FileOption();
        var output = CommonOptions.OutputOf("raw", "How to print it: raw or json.", "raw", "json");
        var command = new Command("show", "Prints the public part of a key: the keyid of its signatures. As json also its role.") { file, output };
        command.Example("kv key show -f me.json");
        command.SetAction(async (parsed, _) =>
        {
            var opened = ClientKey.OpenAny(PathOf(parsed.GetValue(file), terminal), terminal.Error);
            using var key = opened.Key;
            var name = SignatureBase.KeyName(key.PublicKey);
            var json = $$"""{"publicKey":"{{name}}","role":"{{KeyFile.NameOf(opened.Role)}}","dev":{{(opened.IsDevelopment ? "true" : "false")}}}""";
            await terminal.WriteLineAsync(parsed.GetValue(output) == "json" ? json : name);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<string?> FileOption() => new("--file", "-f")
    {
        Description = $"The key's file; default: the environment's KV_KEY, or {DefaultFile}.",
        HelpName = "FILE",
    };

    private static string PathOf(string? given, Terminal terminal) =>
        given ?? (terminal.Environment("KV_KEY") is { Length: > 0 } path ? path : DefaultFile);

    private static byte[] SeedOf(string? hex)
    {
        if (hex is null) return RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength);
        var seed = new byte[Ed25519PrivateKey.SeedLength];
        return hex.Length == 2 * seed.Length && Convert.FromHexString(hex, seed, out _, out _) == System.Buffers.OperationStatus.Done
            ? seed
            : throw Failure.Usage($"--seed takes {2 * seed.Length} hexadecimal digits.", "Leave it out for a random key.");
    }
}
