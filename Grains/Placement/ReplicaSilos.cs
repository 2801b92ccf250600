using KvStore.Protocol;
using KvStore.Replication.Gateways;

namespace KvStore.Grains.Placement;

/// <summary>Where each replica is, as far as the membership of the Orleans cluster says. Thread-safe.</summary>
public sealed class ReplicaSilos(IClusterMembershipService membership)
{
    private sealed record Found(MembershipVersion Version, Dictionary<long, ClusterMember> ByReplica, Dictionary<long, ClusterMember> LastByReplica);

    private volatile Found? _found;

    /// <summary>The active silo that holds a replica; of several the one that started last, because it took the disk's lease last. Null when there is none.</summary>
    public ClusterMember? Find(long replica) => Current().ByReplica.GetValueOrDefault(replica);

    /// <summary>The same for operators: the silo's name and address.</summary>
    public string? Describe(long replica) => Find(replica) is { } silo ? $"{silo.Name} at {silo.SiloAddress}" : null;

    /// <summary>For operators: the silo of each replica, or the one that was it last.</summary>
    /// <param name="replicas">How many replicas there are.</param>
    public IReadOnlyList<HostingSilo> Hosts(int replicas)
    {
        var found = Current();
        return [.. Enumerable.Range(0, replicas).Select(replica => found.LastByReplica.TryGetValue(replica, out var silo)
            ? new HostingSilo(new ReplicaId((ushort)replica), silo.Name, silo.SiloAddress.ToString(), silo.Status == SiloStatus.Active)
            : new HostingSilo(new ReplicaId((ushort)replica), HeldReplicas.Of(replica).ToString(), Address: null, Active: false))];
    }

    private Found Current()
    {
        var snapshot = membership.CurrentSnapshot;
        if (_found is { } found && found.Version == snapshot.Version) return found;
        var active = snapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active);
        // One that is active is not hidden by a later one that failed to join.
        var last = Sort(snapshot.Members.Values);
        foreach (var (replica, silo) in Sort(active)) last[replica] = silo;
        return _found = new Found(snapshot.Version, Sort(active), last);
    }

    private static Dictionary<long, ClusterMember> Sort(IEnumerable<ClusterMember> members)
    {
        var byReplica = new Dictionary<long, ClusterMember>();
        foreach (var member in members)
        {
            if (!HeldReplicas.TryParse(member.Name, out var held) || held.Last - held.First > GroupConfig.ReplicasMax) continue;
            for (var replica = held.First; replica <= held.Last; replica++)
            {
                if (!byReplica.TryGetValue(replica, out var other) || member.SiloAddress.Generation > other.SiloAddress.Generation) byReplica[replica] = member;
            }
        }

        return byReplica;
    }
}
