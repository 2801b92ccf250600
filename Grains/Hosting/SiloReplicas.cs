using System.Collections.Concurrent;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Pool.Envelopes;
using Request = KvStore.Protocol.Request;

namespace KvStore.Grains.Hosting;

/// <summary>A node that runs in this silo.</summary>
/// <param name="Self">Its replica's id in every group.</param>
/// <param name="Served">The cluster as it serves it.</param>
/// <param name="Network">Where its envelopes go; null when its peers reach it by TLS.</param>
public sealed record SiloNode(ReplicaId Self, ServedCluster Served, EnvelopeNetwork? Network);

/// <summary>
/// The nodes whose keys and disks this silo holds: where its grains take what they get. Grains have nothing of their own, so that a second activation of one, which
/// Orleans may make for a time, is a second way to the same node. Thread-safe.
/// </summary>
public sealed class SiloReplicas
{
    /// <summary>Requests that were handed over by grains and are under way at once, at most; one that comes then is lost.</summary>
    public const int UnderWayMax = 1024;

    private readonly ConcurrentDictionary<long, SiloNode> _nodes = new();
    private int _underWay;

    /// <summary>A node of this silo, whichever; null when none runs.</summary>
    public SiloNode? Any => _nodes.Values.FirstOrDefault();

    /// <summary>How many nodes run in this silo.</summary>
    public int Count => _nodes.Count;

    /// <summary>A node runs from now on.</summary>
    /// <exception cref="InvalidOperationException">It runs already.</exception>
    public void Add(SiloNode node)
    {
        if (!_nodes.TryAdd(node.Self.Index, node)) throw new InvalidOperationException($"Node {node.Self} runs already.");
    }

    /// <summary>A node runs no more.</summary>
    public void Remove(ReplicaId self) => _nodes.TryRemove(self.Index, out _);

    /// <summary>Hands over an envelope. Never blocks.</summary>
    public void Deliver(long replica, ReadOnlyMemory<byte> envelope)
    {
        if (_nodes.TryGetValue(replica, out var node)) node.Network?.Receive(envelope);
    }

    /// <summary>Hands over a client's request: it is checked and passed on to the replicas on the threads of the process. Never blocks.</summary>
    public void Accept(long replica, uint shard, ReadOnlyMemory<byte> request)
    {
        if (!_nodes.TryGetValue(replica, out var node) || shard >= node.Served.Groups.Length) return;
        if (Interlocked.Increment(ref _underWay) > UnderWayMax) Interlocked.Decrement(ref _underWay);
        else _ = Task.Run(() => SubmitAsync(node.Served.Groups[(int)shard], request));
    }

    private async Task SubmitAsync(IShardGroup group, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (TryDecode(bytes) is { } request && group.Verifier.TryVerify(request, out var verified)) await group.SubmitAsync(verified, CancellationToken.None);
        }
        catch (ShardUnavailableException)
        {
            // Nobody waits here for the answer: who sent it asks what became of it, and may send it again.
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static Request? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Request.EncodedBytesMax) return null;
        var reader = new CanonicalReader(bytes);
        var request = Request.Decode(ref reader);
        return reader.Complete ? request : null;
    }
}
