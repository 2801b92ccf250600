using System.CommandLine;
using System.Text;
using KvStore.Replication.Backup;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Cluster;

/// <summary><c>kv cluster generate</c>: a whole cluster in one place.</summary>
internal sealed class GenerateCommand
{
    private const int DefaultPort = 7000;

    private readonly Option<string> _directory = new("--dir") { Description = "Where; it must not be there, or be empty.", HelpName = "DIR", Required = true };
    private readonly Option<int> _nodes = new("--nodes") { Description = "How many nodes.", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<int> _clients = new("--clients")
    {
        Description = "How many clients' keys to make. The genesis lists them, and only they are admitted.",
        HelpName = "C",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _any = new("--any-client") { Description = "Admit any client's key, listed or not." };
    private readonly Option<int> _shards = new("--shards") { Description = "How many shards; every node has a replica of each.", HelpName = "S", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _leaders = LeaderOptions.Policy();
    private readonly Option<string?> _ips = new("--ips") { Description = "The nodes' addresses with ',' between them; default: 127.0.0.1 for all.", HelpName = "A,B,…" };
    private readonly Option<int> _port = new("--base-port")
    {
        Description = "Node i has this port + 2i for peers, and the next one for clients.",
        HelpName = "P",
        DefaultValueFactory = _ => DefaultPort,
    };

    private readonly StartOptions _start = new();
    private readonly Option<bool> _dev = new("--dev") { Description = "Mark the keys as made for development: nodes with them warn at every start." };

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => new GenerateCommand().Make(terminal);

    private Command Make(Terminal terminal)
    {
        var command = new Command("generate", "Makes the keys, the genesis and the directories of a whole cluster, for one operator or a test. Whoever runs it sees all the keys.")
        {
            _directory, _nodes, _clients, _any, _shards, _leaders, _ips, _port, _start.Snapshots, _start.Genesis, _dev,
        };
        command.Example("kv cluster generate --nodes 4 --clients 2 --dir pool", "kv node start --dir pool/node0", "kv cluster generate --dir new --snapshot backup.kvs --snapshot-genesis old.json", "kv snapshot restore backup.kvs --new-cluster --genesis old.json --dir new/node0");
        command.SetAction(async (parsed, _) =>
        {
            var options = OptionsOf(parsed, _start.Read(parsed));
            var document = ClusterGenerator.Generate(options);
            await terminal.WriteTextAsync(GenesisText.Of(document));
            await terminal.Error.WriteAsync(Next(options, document));
            return ExitCodes.Ok;
        });
        return command;
    }

    private GeneratorOptions OptionsOf(ParseResult parsed, IReadOnlyList<CertifiedSnapshot> snapshots) => new(
        parsed.GetValue(_directory)!,
        parsed.GetValue(_nodes),
        parsed.GetValue(_clients),
        StartOptions.ShardsOf(parsed, _shards, snapshots),
        [.. (parsed.GetValue(_ips) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        parsed.GetValue(_port),
        parsed.GetValue(_any),
        parsed.GetValue(_dev))
    {
        IsMonitored = LeaderOptions.IsMonitored(parsed.GetValue(_leaders)),
        Start = snapshots.Count == 0 ? null : clients => NewCluster.Start(snapshots, clients),
        MoreClients = snapshots.Count == 0 ? [] : snapshots[0].Genesis.Clients.Keys,
    };

    private static string Next(GeneratorOptions options, GenesisDocument document)
    {
        var text = new StringBuilder();
        if (document.Genesis.Origin is not null) text.Append("Give every node what it begins with: kv snapshot restore FILE --new-cluster --genesis OLD --dir NODE. Then:\n");
        text.Append("Start each, on its machine or in a shell of its own:\n");
        for (var i = 0; i < options.Nodes; i++) text.Append($"    kv node start --dir {ClusterGenerator.NodeDirectoryOf(options.Directory, i)}\n");
        if (options.Clients == 0) return text.ToString();
        text.Append("Then:\n");
        var key = ClusterGenerator.ClientKeyOf(options.Directory, 0);
        return text.Append($"    kv put greeting hello --url {string.Join(',', document.Members.Select(member => member.Client))} --key {key}\n").ToString();
    }
}
