using System.Text.Json;
using KvStore.Api.Json;
using KvStore.Api.Operations;
using KvStore.Client;

namespace KvStore.Cli.Status;

/// <summary>What a node says of itself and of the others.</summary>
/// <param name="Node">The node.</param>
/// <param name="Said">Its status; null when it did not answer.</param>
/// <param name="Error">Why it did not answer; null when it did.</param>
internal sealed record NodeAnswer(NodeDocument Node, StatusDocument? Said, string? Error)
{
    /// <summary>Its word about its own replica of a shard, or null.</summary>
    public ReplicaDocument? Own(uint shard) => About(shard, Node.Node);

    /// <summary>Its word about a replica of a shard, or null.</summary>
    public ReplicaDocument? About(uint shard, int replica) =>
        Said?.Shards.FirstOrDefault(each => each.Shard == shard)?.Replicas.FirstOrDefault(each => each.Replica == replica);
}

/// <summary>A pool by the word of all its nodes. One of them may lie, so what they say is compared.</summary>
/// <param name="Cluster">What the genesis fixes, by the word of the gateway that was asked first.</param>
/// <param name="Nodes">What each node says, in the order of their numbers.</param>
internal sealed record PoolStatus(ClusterDocument Cluster, IReadOnlyList<NodeAnswer> Nodes)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks every node.</summary>
    public static async Task<PoolStatus> AskAsync(ClusterDocument cluster, IReadOnlyList<NodeDocument> nodes, CancellationToken cancel) =>
        new(cluster, await Task.WhenAll(nodes.Select(node => AskAsync(node, cancel))));

    /// <summary>The silo that hosts a node: by its own word, or that of another that answers. Null where nodes are processes by themselves, or nobody answers.</summary>
    public SiloDocument? SiloOf(int node) => Nodes.OrderByDescending(each => each.Node.Node == node)
        .Select(each => each.Said?.Silos?.FirstOrDefault(silo => silo.Node == node)).FirstOrDefault(silo => silo is not null);

    /// <summary>What at least one correct node has executed: what w of them say that they have.</summary>
    public ulong Executed(GroupDocument group)
    {
        var executed = Nodes.Select(node => node.Own(group.Shard)).OfType<ReplicaDocument>().Select(replica => replica.Executed).OrderDescending().ToList();
        return executed.Count < group.WeakQuorum ? 0 : executed.Take(group.WeakQuorum).Last();
    }

    /// <summary>Whether w nodes, so at least a correct one, say that the shard has a quorum.</summary>
    public bool HasQuorum(GroupDocument group) =>
        Nodes.Count(node => node.Said?.Shards.FirstOrDefault(shard => shard.Shard == group.Shard) is { HasQuorum: true }) >= group.WeakQuorum;

    private static async Task<NodeAnswer> AskAsync(NodeDocument node, CancellationToken cancel)
    {
        try
        {
            using var client = new KvClient(new KvClientOptions { Gateways = [new Uri(node.Client)], Timeout = _patience, AttemptsMax = 1 });
            var status = JsonSerializer.Deserialize((await client.StatusAsync(cancel)).Json.Span, ApiJson.Default.StatusDocument);
            return new NodeAnswer(node, status, status is null ? "It answers with nothing." : null);
        }
        catch (KvException exception)
        {
            return new NodeAnswer(node, null, exception.Problem.Title);
        }
        catch (JsonException)
        {
            return new NodeAnswer(node, null, "Its answer is not a status.");
        }
    }
}
