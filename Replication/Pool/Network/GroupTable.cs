using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Replication.Pool.Network;

/// <summary>A group that is attached here.</summary>
internal sealed record AttachedGroup(MessageVerifier Verifier, IPeerSink Sink);

/// <summary>The groups that are attached here; looked up for every message, and hardly ever changed.</summary>
internal sealed class GroupTable
{
    private readonly Lock _gate = new();
    private volatile ImmutableDictionary<GroupId, AttachedGroup> _groups = ImmutableDictionary<GroupId, AttachedGroup>.Empty;

    public AttachedGroup? Find(GroupId group) => _groups.GetValueOrDefault(group);

    /// <exception cref="InvalidOperationException">It is attached already.</exception>
    public void Add(GroupId id, AttachedGroup group)
    {
        lock (_gate)
        {
            if (_groups.ContainsKey(id)) throw new InvalidOperationException($"Group {id} is attached already.");
            _groups = _groups.Add(id, group);
        }
    }

    public void Remove(GroupId id)
    {
        lock (_gate) _groups = _groups.Remove(id);
    }
}
