using System.Globalization;
using KvStore.Protocol;
using KvStore.Replication;

namespace KvStore.Cli.Doctor;

/// <summary>What the nodes look like from this machine. Pure.</summary>
internal static class NodeChecks
{
    // What a header of whole seconds and a network between can't tell.
    private static readonly TimeSpan _unsure = TimeSpan.FromSeconds(1);

    /// <summary>Judges all of them.</summary>
    /// <param name="genesis">The cluster.</param>
    /// <param name="self">The node whose doctor this is.</param>
    /// <param name="runs">Whether it runs.</param>
    /// <param name="sights">What was seen, by replica.</param>
    /// <param name="version">The version of this program.</param>
    public static IReadOnlyList<Finding> Of(Genesis genesis, int self, bool runs, IReadOnlyList<NodeSight> sights, string version) =>
    [
        .. sights.Where(sight => sight.Replica != self || runs).SelectMany(sight => Reach(genesis, sight)),
        Clock(genesis, [.. sights.Where(sight => sight.Replica != self)]),
        FaultDomains.Of([.. sights.Select(sight => sight.Place)], genesis.Groups[0].Config.Faults),
        Version([.. sights.Where(sight => sight.Replica != self || runs)], version),
    ];

    private static IEnumerable<Finding> Reach(Genesis genesis, NodeSight sight)
    {
        var check = sight.Member.Name;
        yield return sight.PeerError is { } silent
            ? Finding.Problem(check, $"{sight.Peer} does not answer peers: {silent}", "Start that node, or open the way to it; when it has moved, name its address with the setting 'peers'.")
            : Finding.Ok(check, "Its address for peers answers.");
        yield return sight switch
        {
            { Status: null } => Finding.Warning(
                check, $"{sight.Member.Client} does not answer clients: {sight.ClientError}", "Nodes need no way to it, and 'kv' and this doctor do: start that node, or open the way to it."),
            { Status: { } said } when said.Cluster != SignatureBase.ClusterName(genesis.Cluster) =>
                Finding.Problem(check, $"{sight.Member.Client} serves another cluster, {said.Cluster}.", "Look which node was started there, with which genesis."),
            { Status.Node: var node } when node != sight.Replica =>
                Finding.Problem(check, $"At {sight.Member.Client} another node answers: {node}.", "Look which node was started there; two of them may have changed places."),
            _ => Finding.Ok(check, "Its address for clients answers, and it is the node that should be there."),
        };
    }

    private static Finding Clock(Genesis genesis, IReadOnlyList<NodeSight> others)
    {
        var skewMax = TimeSpan.FromMilliseconds(genesis.Consensus.ClockSkewMaxMilliseconds);
        var told = others.Where(sight => sight.ClockOffset is not null).ToList();
        if (told.Count == 0) return Finding.Warning("clock", "No other node answered, so that the clock was compared with none.", "Look whether the machine keeps its time, for example with 'timedatectl'.");
        var off = told.Where(sight => sight.ClockOffset!.Value.Duration() > _unsure + skewMax / 4).ToList();
        if (off.Count == 0) return Finding.Ok("clock", $"As far as whole seconds tell, it agrees with that of {Names(told)}; {Seconds(skewMax)} apart is too much.");
        var text = $"This clock is apart from that of {string.Join(", ", off.Select(sight => $"{sight.Member.Name} by {Seconds(sight.ClockOffset!.Value)}"))}; {Seconds(skewMax)} is too much.";
        var advice = 2 * off.Count > told.Count ? "Most others disagree with this machine: set its clock, with NTP." : $"Have the clock of {Names(off)} set, with NTP.";
        return off.Exists(sight => sight.ClockOffset!.Value.Duration() > skewMax) ? Finding.Problem("clock", text, advice) : Finding.Warning("clock", text, advice);
    }

    private static Finding Version(IReadOnlyList<NodeSight> sights, string version)
    {
        var others = sights.Where(sight => sight.Status is { } said && said.Version != version).ToList();
        return others.Count == 0
            ? Finding.Ok("version", version)
            : Finding.Warning(
                "version", $"This is {version}, and {string.Join(", ", others.Select(sight => $"{sight.Member.Name} runs {sight.Status!.Version}"))}.",
                "While a pool is upgraded that is so. The changelog says which versions may run together.");
    }

    private static string Names(IEnumerable<NodeSight> sights) => string.Join(", ", sights.Select(sight => sight.Member.Name));

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
}
