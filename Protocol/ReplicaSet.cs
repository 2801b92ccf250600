namespace KvStore.Protocol;

/// <summary>Some of a group's replicas.</summary>
/// <param name="Bits">One bit for each, the lowest for replica 0.</param>
public readonly record struct ReplicaSet(UInt128 Bits)
{
    /// <summary>Every replica that a group can have.</summary>
    public static ReplicaSet All { get; } = new(UInt128.MaxValue);

    /// <summary>The set of one replica.</summary>
    public static ReplicaSet Of(ReplicaId replica) => new(UInt128.One << replica.Index);

    /// <summary>Whether a replica is in it.</summary>
    public bool Contains(ReplicaId replica) => (Bits & Of(replica).Bits) != 0;

    /// <summary>All that are in one of the two.</summary>
    public ReplicaSet Union(ReplicaSet other) => new(Bits | other.Bits);
}
