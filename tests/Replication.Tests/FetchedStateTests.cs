using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Storage;

namespace KvStore.Replication.Tests;

/// <summary>docs/divergence.md, "A fetched state is rested on before it is durable": the replica goes on while it is written, and a power cut meanwhile costs nothing.</summary>
public sealed class FetchedStateTests : IDisposable
{
    // What is not in memory any more has to be fetched as state.
    private readonly DrivenGroup _group = new(new ConsensusConfig { CheckpointInterval = 8, RetainedBatchesMax = 2 });
    private readonly List<MemoryDisk> _disks = [.. Enumerable.Range(0, 4).Select(_ => new MemoryDisk())];
    private readonly List<DrivenReplica> _replicas;
    private int _written;

    public FetchedStateTests() => _replicas = [.. _disks.Select((disk, index) => _group.Start(index, disk, StartMode.Genesis))];

    public void Dispose()
    {
        foreach (var disk in _disks) disk.Dispose();
    }

    [Fact]
    public void While_it_is_written_the_replica_votes_for_batches_and_for_no_checkpoint()
    {
        var fetching = FetchOnAnEmptyDisk();
        var votes = fetching.Said.OfType<Commit>().Count();
        Write(10);
        Assert.True(fetching.Said.OfType<Commit>().Count() > votes);
        Assert.DoesNotContain(fetching.Said, statement => statement is Checkpoint);
        Assert.Empty(SnapshotFiles.Positions(_disks[3]));

        fetching.SaveHeld();
        Write(10);
        _group.Until(() => fetching.Said.OfType<Checkpoint>().Any(), "it votes for checkpoints again");
        _group.Until(() => SnapshotFiles.Positions(_disks[3]).Count == 1, "the newest state is durable, and the older ones go");
        Assert.Single(_disks[3].Files, file => file.StartsWith("wal-", StringComparison.Ordinal));
    }

    [Fact]
    public void After_a_power_cut_meanwhile_the_replica_knows_what_it_said_and_fetches_the_state_again()
    {
        var fetching = FetchOnAnEmptyDisk();
        Write(10);
        var said = fetching.Said.OfType<Commit>().ToList();
        fetching.End();
        _disks[3].Crash();

        var again = _group.Start(3, _disks[3], StartMode.Restart);
        Assert.True(again.Driver.IsStateMissing);
        Assert.True(again.Driver.LacksState);
        Assert.False(again.Driver.Replica.IsRejoining);
        _replicas[3] = again;
        Write(10);
        _group.Until(() => !again.Driver.LacksState && again.Executed == _replicas[1].Executed, "it has the state");
        Assert.Equal(_replicas[1].Driver.Publish().ComputeRoot(), again.Driver.Publish().ComputeRoot());
        Assert.DoesNotContain(again.Said.OfType<Commit>().SelectMany(one => said.Select(other => (one, other))), pair => Contradiction.Between(pair.one, pair.other));
        Assert.All(_replicas, replica => Assert.Equal(0, replica.Equivocations));

        // From here on its disk is like any other.
        Assert.NotEmpty(SnapshotFiles.Positions(_disks[3]));
        again.End();
        _disks[3].Crash();
        Assert.False(_group.Start(3, _disks[3], StartMode.Restart).Driver.IsStateMissing);
    }

    // It lost its disk, and takes full part again with a state that is in its memory only.
    private DrivenReplica FetchOnAnEmptyDisk()
    {
        Write(20);
        _replicas[3].End();
        _disks[3].Wipe();
        var fetching = _group.Start(3, _disks[3], StartMode.LostDisk);
        fetching.HoldsSaves = true;
        _replicas[3] = fetching;
        _group.Until(() => !fetching.Driver.Replica.IsRejoining && fetching.Executed.Number > 0, "it takes part again");
        return fetching;
    }

    private void Write(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var last = _replicas[1].Executed.Number;
            _group.Put($"key-{++_written}", _replicas);
            _group.Until(() => _replicas.Count(replica => replica.Executed.Number > last) >= 3, "the group orders");
        }
    }
}
