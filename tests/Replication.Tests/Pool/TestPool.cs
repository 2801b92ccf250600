using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool;
using KvStore.Replication.Setup;
using KvStore.Replication.Storing;
using KvStore.Replication.Tests.Setup;
using KvStore.StateMachine;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Replication.Tests.Pool;

/// <summary>Four nodes with directories of their own, in one process: the network and the disks are doubles, all else is what runs in a pool.</summary>
internal sealed class TestPool : IAsyncDisposable
{
    private const int Nodes = 4;

    /// <summary>Long for the slowest machine. A pool that does not get there in this time never will, and a test that tries for ever says nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly SetupFolder _folder = new();
    private readonly GenesisDocument _document = SetupFolder.Signed(name: ClusterGenerator.NewName("pool"));
    private readonly TestNetwork _network = new();
    private readonly TestClient _client;
    private readonly NodeSetup?[] _setups = new NodeSetup?[Nodes];
    private readonly PoolNode?[] _nodes = new PoolNode?[Nodes];
    private readonly (MemoryReplicaLog Log, MemorySnapshotStore Snapshots)[][] _disks = [.. Enumerable.Range(0, Nodes).Select(_ => NewDisks())];

    public TestPool()
    {
        _client = new TestClient(_document.Genesis.Cluster);
        for (var i = 0; i < Nodes; i++) _folder.Node(i, _document);
    }

    /// <summary>What becomes of a node's stores before it starts: its number, the shard's, and the store.</summary>
    public Func<int, int, ShardStore, ShardStore> Change { get; set; } = (_, _, store) => store;

    /// <summary>How a node reaches the others: the double, unless a test has another network to show.</summary>
    public Func<NodeSetup, IPoolNetwork>? Network { get; set; }

    public Genesis Genesis => _document.Genesis;

    public string this[int node] => _folder[$"node{node}"];

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public IShardGroup Group(int node, int shard = 0) => _nodes[node]!.Served.Groups[shard];

    public ReplicaStatus StatusOf(int node, int shard = 0) => Group(node, shard).Statuses[node];

    public void Start(int node)
    {
        var setup = _setups[node] = NodeSetup.Read(SetupFolder.Config(_folder[$"node{node}"]));
        var options = new PoolNodeOptions(_document, setup.Self, setup.Key, TimeSpan.FromSeconds(30));
        ImmutableArray<ShardStore> stores = [.. _disks[node].Select((disk, shard) => Change(node, shard, new ShardStore(disk.Log, disk.Snapshots, Ledger: null, disk.Log.Load().Count == 0, Disk: null)))];
        _nodes[node] = new PoolNode(options, setup.Marks, Network?.Invoke(setup) ?? _network.Of(setup.Self, Nodes), stores, NullLoggerFactory.Instance);
        _nodes[node]!.Run();
    }

    public async Task Begin()
    {
        for (var i = 0; i < Nodes; i++) Start(i);
        for (var i = 0; i < Nodes; i++) await Started(i);
    }

    public Task Started(int node) => _nodes[node]!.Started.WaitAsync(Cancel);

    public bool HasStarted(int node) => _nodes[node]!.Started.IsCompleted;

    /// <summary>Stops a node as an operator does: it hands over first.</summary>
    public Task Retire(int node)
    {
        _nodes[node]!.HandOver();
        return Stop(node);
    }

    public async Task Stop(int node)
    {
        if (_nodes[node] is not { } running) return;
        _nodes[node] = null;
        await running.DisposeAsync();
        _setups[node]!.Dispose();
    }

    /// <summary>Removes the data directory of a node that does not run.</summary>
    public void LoseData(int node)
    {
        Directory.Delete(Path.Combine(_folder[$"node{node}"], "data"), recursive: true);
        _disks[node] = NewDisks();
    }

    /// <summary>Makes the directory of a node that does not run anew, as for one that has never run.</summary>
    public void MakeAnew(int node)
    {
        Directory.Delete(_folder[$"node{node}"], recursive: true);
        _folder.Node(node, _document);
        _disks[node] = NewDisks();
    }

    public async Task Put(int node, string key, string value)
    {
        var request = _client.Sign(OperationMethod.Put, $"/v1/kv/{key}", value);
        var group = GroupOf(node, key);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Assert.True(group.Verifier.TryVerify(request, out var verified));
                await group.SubmitAsync(verified, Cancel);
                return;
            }
            catch (ShardUnavailableException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Yield(); // Nobody has heard from enough of the others yet. The same bytes again do no harm.
            }
        }
    }

    public async Task<string> Get(int node, string key)
    {
        Assert.True(Operation.TryCreate(OperationMethod.Get, $"/v1/kv/{key}", "", [], default, out var operation));
        Assert.True(OperationParser.TryParse(operation, _document.Genesis.Limits, out var command, out _));
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var state = await GroupOf(node, key).ReadLinearizableAsync(Cancel);
                return Encoding.UTF8.GetString(state.Read(command).Value.Span);
            }
            catch (ShardUnavailableException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < Nodes; i++) await Stop(i);
        _client.Dispose();
        _folder.Dispose();
    }

    private static (MemoryReplicaLog, MemorySnapshotStore)[] NewDisks() => [(new MemoryReplicaLog(), new MemorySnapshotStore()), (new MemoryReplicaLog(), new MemorySnapshotStore())];

    private IShardGroup GroupOf(int node, string key) => Group(node, (int)new ShardMap(_document.Genesis.Groups.Length).ShardOf(Encoding.UTF8.GetBytes(key)).Number);
}
