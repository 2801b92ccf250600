namespace KvStore.Grains.Placement;

/// <summary>Where each replica is, as far as the membership of the Orleans cluster says. Thread-safe.</summary>
public sealed class ReplicaSilos(IClusterMembershipService membership)
{
    private sealed record Found(MembershipVersion Version, Dictionary<long, ClusterMember> ByReplica);

    private volatile Found? _found;

    /// <summary>The active silo that holds a replica; of several the one that started last, because it took the disk's lease last. Null when there is none.</summary>
    public ClusterMember? Find(long replica)
    {
        var snapshot = membership.CurrentSnapshot;
        if (_found is not { } found || found.Version != snapshot.Version) _found = found = new Found(snapshot.Version, Sort(snapshot.Members.Values));
        return found.ByReplica.GetValueOrDefault(replica);
    }

    /// <summary>The same for operators: the silo's name and address.</summary>
    public string? Describe(long replica) => Find(replica) is { } silo ? $"{silo.Name} at {silo.SiloAddress}" : null;

    private static Dictionary<long, ClusterMember> Sort(IEnumerable<ClusterMember> members)
    {
        var byReplica = new Dictionary<long, ClusterMember>();
        foreach (var member in members.Where(static member => member.Status == SiloStatus.Active))
        {
            if (!HeldReplicas.TryParse(member.Name, out var held) || held.Last - held.First > Protocol.GroupConfig.ReplicasMax) continue;
            for (var replica = held.First; replica <= held.Last; replica++)
            {
                if (!byReplica.TryGetValue(replica, out var other) || member.SiloAddress.Generation > other.SiloAddress.Generation) byReplica[replica] = member;
            }
        }

        return byReplica;
    }
}
