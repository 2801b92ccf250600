using System.Collections.Immutable;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>
/// Wakes those who wait for a key of a node's shard to change. Being woken is a hint: whoever is woken reads again, and whoever registers reads
/// afterwards, so that a change in between is seen by one or the other. While nobody waits, a batch costs one look at a counter. Thread-safe.
/// </summary>
/// <param name="waitersMax">How many may wait at a time.</param>
public sealed class ChangeFeed(int waitersMax)
{
    /// <summary>How many may wait at a time unless it is configured: as many as the gateway takes connections.</summary>
    public const int WaitersMax = 4096;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<Key, List<KeyWaiter>> _waiters = []; // Ordered, so that no choice of keys makes it slow.
    private int _count;
    private bool _closed;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Registers for the next change of a key; null when too many wait.</summary>
    public KeyWaiter? TryRegister(Key key)
    {
        var waiter = new KeyWaiter(this, key);
        lock (_gate)
        {
            if (_closed)
            {
                waiter.Wake(); // The node stops; another one is to be asked.
                return waiter;
            }

            if (_count >= waitersMax) return null;
            if (!_waiters.TryGetValue(key, out var same)) _waiters.Add(key, same = []);
            same.Add(waiter);
            Volatile.Write(ref _count, _count + 1);
        }

        return waiter;
    }

    /// <summary>The node executed a batch that changed this. The state that it left can be read already.</summary>
    public void OnExecuted(ImmutableArray<KeyChange> changes)
    {
        // The state was written before, and the counter is read after: without the barrier a waiter could miss the state and this miss the waiter.
        Interlocked.MemoryBarrier();
        if (changes.IsEmpty || Count == 0) return;
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (_waiters.Remove(change.Key, out var woken)) Wake(woken);
            }
        }
    }

    /// <summary>The node's state was replaced, and nobody says by which changes.</summary>
    public void OnInstalled()
    {
        lock (_gate) WakeAll();
    }

    /// <summary>The node stops.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            WakeAll();
        }
    }

    internal void Remove(KeyWaiter waiter)
    {
        lock (_gate)
        {
            if (!_waiters.TryGetValue(waiter.Key, out var same) || !same.Remove(waiter)) return;
            if (same.Count == 0) _waiters.Remove(waiter.Key);
            Volatile.Write(ref _count, _count - 1);
        }
    }

    private void WakeAll()
    {
        foreach (var woken in _waiters.Values) Wake(woken);
        _waiters.Clear();
    }

    private void Wake(List<KeyWaiter> woken)
    {
        foreach (var waiter in woken) waiter.Wake();
        Volatile.Write(ref _count, _count - woken.Count);
    }
}

/// <summary>One who waits for a key to change, once. Disposing of it ends the wait.</summary>
public sealed class KeyWaiter : IDisposable
{
    private readonly ChangeFeed _feed;
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal KeyWaiter(ChangeFeed feed, Key key)
    {
        _feed = feed;
        Key = key;
    }

    /// <summary>Completes when the key may have changed.</summary>
    public Task Changed => _changed.Task;

    internal Key Key { get; }

    /// <inheritdoc/>
    public void Dispose() => _feed.Remove(this);

    internal void Wake() => _changed.TrySetResult();
}
