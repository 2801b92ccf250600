using KvStore.Api.Operations;

namespace KvStore.Cli.Status;

/// <summary>Something on which the nodes of a pool do not agree.</summary>
/// <param name="Text">What it is.</param>
/// <param name="IsContradiction">Whether correct nodes can't disagree on it, whenever they are asked.</param>
internal sealed record Disagreement(string Text, bool IsContradiction);

/// <summary>Compares what the nodes of a pool say. Pure.</summary>
internal static class Disagreements
{
    /// <summary>All that there are.</summary>
    public static IReadOnlyList<Disagreement> Of(PoolStatus pool) =>
    [
        .. pool.Nodes.Where(node => node.Said is not null).SelectMany(node => Strangers(pool, node)),
        .. Versions(pool),
        .. pool.Cluster.Groups.SelectMany(group => Roots(pool, group.Shard)),
        .. pool.Cluster.Groups.SelectMany(group => Views(pool, group.Shard)),
        .. pool.Cluster.Groups.SelectMany(group => Unheard(pool, group)),
    ];

    private static IEnumerable<Disagreement> Strangers(PoolStatus pool, NodeAnswer node)
    {
        if (node.Said!.Cluster != pool.Cluster.Cluster)
            yield return new Disagreement($"{node.Node.Name} serves the cluster {node.Said.Cluster}, and not {pool.Cluster.Cluster}.", IsContradiction: true);
        else if (node.Said.Node != node.Node.Node)
            yield return new Disagreement($"Where {node.Node.Name} should be, node {node.Said.Node} answers.", IsContradiction: true);
    }

    private static IEnumerable<Disagreement> Versions(PoolStatus pool)
    {
        var versions = pool.Nodes.Where(node => node.Said is not null).GroupBy(node => node.Said!.Version, StringComparer.Ordinal).ToList();
        if (versions.Count > 1) yield return new Disagreement($"Versions differ: {string.Join("; ", versions.Select(same => $"{Names(same)} {same.Key}"))}.", IsContradiction: false);
    }

    private static IEnumerable<Disagreement> Roots(PoolStatus pool, uint shard) =>
        from node in pool.Nodes
        let own = node.Own(shard)
        where own is { StateRoot: not null }
        group (node, own) by own.StableCheckpoint into same
        let roots = same.GroupBy(each => each.own.StateRoot!, each => each.node, StringComparer.Ordinal).ToList()
        where roots.Count > 1
        select new Disagreement(
            $"Shard {shard}: the state roots at checkpoint {same.Key} differ: {string.Join("; ", roots.Select(root => $"{Names(root)} {Short(root.Key)}"))}.", IsContradiction: true);

    private static IEnumerable<Disagreement> Views(PoolStatus pool, uint shard)
    {
        var views = pool.Nodes.Where(node => node.Own(shard) is { Active: true, Rejoining: false, FetchingState: false }).GroupBy(node => node.Own(shard)!.View).ToList();
        if (views.Count > 1)
            yield return new Disagreement($"Shard {shard}: {string.Join("; ", views.OrderBy(view => view.Key).Select(view => $"{Names(view)} in view {view.Key}"))}.", IsContradiction: false);
    }

    // A node that clients reach and its peers do not is no help, and it may not know.
    private static IEnumerable<Disagreement> Unheard(PoolStatus pool, GroupDocument config) =>
        from node in pool.Nodes
        where node.Own(config.Shard) is { Running: true }
        let deaf = pool.Nodes.Where(other => other != node && other.About(config.Shard, node.Node.Node) is { Running: false }).ToList()
        where deaf.Count >= config.WeakQuorum
        select new Disagreement($"Shard {config.Shard}: {node.Node.Name} answers here, but {Names(deaf)} have not heard of it lately.", IsContradiction: false);

    private static string Names(IEnumerable<NodeAnswer> nodes) => string.Join(", ", nodes.Select(node => node.Node.Name));

    private static string Short(string root) => root[..Math.Min(root.Length, 12)];
}
