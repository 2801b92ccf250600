using KvStore.Protocol;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Backup;
using KvStore.Replication.Tests.Setup;
using KvStore.Storage;

namespace KvStore.Replication.Tests.Pool;

/// <summary>
/// One flipped byte anywhere in a node's directory: the node knows what it knew before, or counts its disk as lost, or does not start and says which file it is
/// and what to do.
/// </summary>
public sealed class FlippedNodeTests : IDisposable
{
    private const int Node = 1;
    private const int Flips = 500;
    private const int Writes = 12;

    private readonly string _copies = Directory.CreateTempSubdirectory("kvstore-test-").FullName;

    private enum Outcome
    {
        Same,
        Lost,
        Refused,
    }

    public void Dispose() => Directory.Delete(_copies, recursive: true);

    [Fact]
    public async Task A_flipped_byte_in_a_nodes_directory_never_gives_another_state_or_another_memory()
    {
        await using var pool = new TestPool();
        await Write(pool);
        string[] files = [.. Directory.GetFiles(pool[Node], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(pool[Node], file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["genesis.json", "lease", "ledger", "lock", "node.json", "node.key", "snap", "started", "wal"],
            files.Select(file => Path.GetFileName(file).Split('-')[0]).Distinct().Order(StringComparer.Ordinal));
        var whole = Copy(pool[Node], "whole");
        var known = Enumerable.Range(0, pool.Genesis.Groups.Length).Select(shard => Known(whole, pool.Genesis, shard)).ToList();
        Assert.All(known, each => Assert.True(each.Stable > 0 && each.Question.Known is { Committed.IsEmpty: false }));
        var random = new Random(5);
        var outcomes = new SortedDictionary<Outcome, int>();
        for (var i = 0; i < Flips; i++)
        {
            var copy = Copy(pool[Node], $"copy-{i}");
            var file = Path.Combine(copy, files[i % files.Length]);
            if (FlippedByteTests.Flip(file, random) is not { } offset) continue;
            var outcome = Start(copy, file, pool.Genesis, known, $"{files[i % files.Length]} at {offset}");
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            Directory.Delete(copy, recursive: true);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", outcomes));
        Assert.True(outcomes[Outcome.Refused] > Flips / 5 && outcomes[Outcome.Same] > Flips / 20);
    }

    private static async Task Write(TestPool pool)
    {
        pool.Change = (node, shard, store) => node == Node ? ShardStore.On(Open(Path.Combine(pool[Node], "data", $"shard-{shard}"))) : store;
        await pool.Begin();
        for (var i = 0; i < Writes; i++) await pool.Put(Node, $"key-{i}", $"value {i} {new string(i % 2 == 0 ? 'x' : '\0', 50 * i)}");
        // An idle group takes a checkpoint; what is written then is in the log only.
        while (!Enumerable.Range(0, pool.Genesis.Groups.Length).All(shard => pool.StatusOf(Node, shard).StableCheckpoint > 0)) await Task.Yield();
        for (var i = 0; i < Writes; i++) await pool.Put(Node, $"key-{i}", "again");
        for (var node = 0; node < 4; node++) await pool.Stop(node);
    }

    private static ReplicaDisk Open(string directory)
    {
        var disk = FileDisk.Open(directory, DurabilityMode.None);
        try
        {
            return ReplicaDisk.Over(disk, new WriteAheadLogOptions { AllocationBytes = 8192, NewSalt = () => 42 }, snapshotChunkBytes: 400);
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    private static Outcome Start(string copy, string flipped, Genesis genesis, List<Memory> known, string where)
    {
        try
        {
            using var setup = NodeSetup.Read(SetupFolder.Config(copy));
            Assert.True(setup.Document.Genesis.Cluster == genesis.Cluster, where);
            Assert.False(setup.Marks.MayStartFirst(), where);
            foreach (var group in genesis.Groups)
            {
                // Where the settings name another place, there is nothing: then it is a lost disk.
                if (!Directory.Exists(setup.Config.ShardPath(group.Id))) return Outcome.Lost;
            }

            for (var shard = 0; shard < known.Count; shard++) Assert.True(known[shard].IsSame(Known(copy, genesis, shard)), where);
            return Outcome.Same;
        }
        catch (SetupException refused)
        {
            // Settings that name another file are refused for that file.
            Assert.True(Path.GetFileName(flipped) == NodeConfig.FileName || refused.Message.Contains(flipped, StringComparison.Ordinal), $"{where}: {refused.Message}");
            Assert.NotEmpty(refused.Next);
            return Outcome.Refused;
        }
        catch (DiskDamagedException damage)
        {
            Assert.True(flipped == damage.File, $"{where}: {damage.Message}");
            Assert.Contains("aside", damage.Message, StringComparison.Ordinal);
            return Outcome.Refused;
        }
    }

    private static Memory Known(string directory, Genesis genesis, int shard)
    {
        using var disk = Open(Path.Combine(directory, "data", $"shard-{shard}"));
        Assert.False(disk.IsEmpty);
        using var replica = new BackupReplica(disk, genesis, shard);
        return new Memory(replica.Driver.Publish().ComputeRoot(), replica.Driver.Replica.StableCheckpoint?.Vote.Sequence.Number ?? 0, replica.Executed.Count, replica.Question);
    }

    private string Copy(string from, string name)
    {
        var to = Path.Combine(_copies, name);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }

    // The state, and what the replica knows that it has said.
    private sealed record Memory(Digest Root, ulong Stable, int Executed, RecallMessage Question)
    {
        public bool IsSame(Memory other) =>
            (Root, Stable, Executed) == (other.Root, other.Stable, other.Executed)
            && Question.Known is { } mine && other.Question.Known is { } its
            && mine.Committed.SequenceEqual(its.Committed) && (mine with { Committed = [] }) == (its with { Committed = [] });
    }
}
