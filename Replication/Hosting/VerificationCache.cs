using System.Collections.Concurrent;
using KvStore.Protocol;

namespace KvStore.Replication.Hosting;

/// <summary>Remembers what was verified, in two generations of a bounded size: when the young one is full it becomes the old one.</summary>
public sealed class VerificationCache(int generationMax = 65_536) : IVerificationCache
{
    private volatile ConcurrentDictionary<Digest, bool> _young = new();
    private volatile ConcurrentDictionary<Digest, bool> _old = new();
    private int _count;

    /// <inheritdoc/>
    public bool Contains(Digest verified) => _young.ContainsKey(verified) || _old.ContainsKey(verified);

    /// <inheritdoc/>
    public void Add(Digest verified)
    {
        if (!_young.TryAdd(verified, value: true) || Interlocked.Increment(ref _count) < generationMax) return;
        if (Interlocked.Exchange(ref _count, 0) < generationMax) return; // Another thread turned the generation.
        _old = _young;
        _young = new ConcurrentDictionary<Digest, bool>();
    }
}
