// Scenarios: a script line, and below it, indented, what the replicas did because of it.
//   group N [checkpoint K] [retain R]      the first line
//   request NAME [to 0,1]                  a gateway passes a client's request to all, or to some
//   deliver                                everything arrives
//   tick N                                 time passes; after each tick everything arrives
//   drop KIND|all [from 0,1] [to 2,3]      from now on; KIND is a message's name in lower case
//   hold KIND|all [from 0,1] [to 2,3]      the same, to be released by heal
//   heal                                   ends all drops and holds
//   stop 0,1 · restart 0 · lose-disk 0     processes
//   damage 0                               the replica's state is not the group's any more
//   equivocate 0 at S NAME NAME            shows two batches for one position to two halves of the others
//   expect executed S on 0,1               and: view V, stable S, rejected KIND, requests N, inactive, rejoining, member
//   settle N                               heals, and ticks until all who run have executed all requests; fails after N ticks
using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>Runs a script and writes down what happens.</summary>
internal sealed class Scenario
{
    private readonly List<string> _output = [];
    private readonly List<string> _events = [];
    private readonly HashSet<string> _requests = [];
    private TestGroup? _group;

    private TestGroup Group => _group ?? throw new FormatException("A scenario begins with 'group'.");

    /// <summary>Runs the lines that are not indented; gives them with what happened below each.</summary>
    public static string Run(string script)
    {
        var scenario = new Scenario();
        foreach (var line in script.Split('\n'))
        {
            if (line.StartsWith(' ')) continue;
            scenario._output.Add(line);
            if (line.Length > 0 && line[0] != '#') scenario.Execute(line);
        }

        return string.Join('\n', scenario._output);
    }

    private void Execute(string line)
    {
        var words = line.Split(' ');
        _events.Clear();
        switch (words[0])
        {
            case "group": Begin(words); break;
            case "request": Submit(words[1], Replicas(words, "to")); break;
            case "deliver": Group.DeliverAll(); break;
            case "tick": Group.Tick(Number(words[1])); break;
            case "drop": Group.Drop(Filter(words)); break;
            case "hold": Group.Hold(Filter(words)); break;
            case "heal": Group.Heal(); break;
            case "stop": Each(words[1], replica => replica.Stop()); break;
            case "restart": Each(words[1], replica => replica.Restart(StartMode.Restart)); break;
            case "lose-disk": Each(words[1], replica => replica.Restart(StartMode.LostDisk)); break;
            case "damage": Each(words[1], replica => replica.Damage()); break;
            case "equivocate": Equivocate(words); break;
            case "expect": Expect(words, line); break;
            case "settle": Settle(Number(words[1])); break;
            default: throw new FormatException($"An unknown command: {line}");
        }

        _output.AddRange(_events.Select(each => "  " + each));
    }

    private void Begin(string[] words)
    {
        _group = new TestGroup(Number(words[1]), new ConsensusConfig
        {
            CheckpointInterval = Option(words, "checkpoint") ?? 8,
            RetainedBatchesMax = Option(words, "retain") ?? 4096,
        });
        _group.Observer = (replica, effect) =>
        {
            if (ScenarioTrace.Describe(effect, Name) is { } what) _events.Add($"{replica} {what}");
        };
    }

    private void Submit(string name, int[] to)
    {
        _requests.Add(name);
        Group.Submit(name, to);
    }

    private string Name(Digest request) => _requests.FirstOrDefault(name => Group.Request(name).Digest == request) ?? "?";

    private void Each(string replicas, Action<ReplicaHarness> action)
    {
        foreach (var index in replicas.Split(',').Select(Number)) action(Group[index]);
    }

    private static Predicate<Envelope> Filter(string[] words)
    {
        var (from, to) = (Replicas(words, "from"), Replicas(words, "to"));
        return envelope => (words[1] == "all" || envelope.Name == words[1])
            && (from.Length == 0 || from.Contains(envelope.From.Index)) && (to.Length == 0 || to.Contains(envelope.To.Index));
    }

    private void Equivocate(string[] words)
    {
        var primary = Number(words[1]);
        var others = Group.Ids.Select(id => (int)id.Index).Where(index => index != primary).ToArray();
        var view = Group[others[0]].Replica.View.Number;
        for (var half = 0; half < 2; half++)
        {
            Submit(words[4 + half], others);
            var proposal = NormalCaseTests.Proposal(Group, primary, (ulong)Number(words[3]), Group.Request(words[4 + half]), view);
            Group.Inject(primary, proposal, [.. others.Where((_, index) => index * 2 / others.Length == half)]);
        }
    }

    private void Expect(string[] words, string line)
    {
        foreach (var index in Replicas(words, "on"))
        {
            var replica = Group[index].Replica;
            var holds = words[1] switch
            {
                "executed" => (int)replica.Executed.Number == Number(words[2]),
                "view" => replica.Active && (int)replica.View.Number == Number(words[2]),
                "stable" => (int)(replica.StableCheckpoint?.Vote.Sequence.Number ?? 0) == Number(words[2]),
                "requests" => Group[index].State.Requests.Count == Number(words[2]),
                "rejected" => Group[index].Rejections(Enum.Parse<RejectionKind>(words[2])) > 0,
                "inactive" => !replica.Active,
                "rejoining" => replica.IsRejoining,
                "member" => !replica.IsRejoining,
                _ => throw new FormatException($"An unknown expectation: {line}"),
            };
            Assert.True(holds, $"{line}: not so on {index} ({replica.View}, active {replica.Active}, executed {replica.Executed}).\n{string.Join('\n', _output)}");
        }
    }

    private void Settle(int ticks)
    {
        Group.Heal();
        Group.DeliverAll();
        foreach (var name in _requests) Group.Submit(name);
        Group.TickUntil(() => Group.Running.All(replica => replica.State.Requests.Count == _requests.Count), ticks);
        Group.Tick(20);
        var roots = Group.Running.Where(replica => replica.Replica.Executed == Group.Running.Max(each => each.Replica.Executed)).Select(each => each.State.Root);
        Assert.Single(roots.Distinct());
    }

    private static int[] Replicas(string[] words, string after)
    {
        var at = Array.IndexOf(words, after);
        return at < 0 ? [] : [.. words[at + 1].Split(',').Select(Number)];
    }

    private static int? Option(string[] words, string name) => Array.IndexOf(words, name) is var at and >= 0 ? Number(words[at + 1]) : null;

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
