using System.Diagnostics.CodeAnalysis;

namespace KvStore.Protocol;

/// <summary>
/// A hash table that can be looked into but not enumerated, so that its order, which differs from process to process,
/// can never reach what replicas must agree on. The only place where the core may use a hash-ordered collection.
/// </summary>
public sealed class LookupTable<TKey, TValue>
    where TKey : notnull
{
#pragma warning disable RS0030 // This type is the reason why the ban can be kept everywhere else: it offers no enumeration.
    private readonly Dictionary<TKey, TValue> _table = [];

    /// <summary>How many entries there are.</summary>
    public int Count => _table.Count;

    /// <summary>The value of a key that is there; adds or replaces it.</summary>
    public TValue this[TKey key]
    {
        get => _table[key];
        set => _table[key] = value;
    }

    /// <summary>Whether the key is there.</summary>
    public bool ContainsKey(TKey key) => _table.ContainsKey(key);

    /// <summary>Looks a key up.</summary>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _table.TryGetValue(key, out value);

    /// <summary>Adds a key that is not there yet; false, and nothing changes, when it is.</summary>
    public bool TryAdd(TKey key, TValue value) => _table.TryAdd(key, value);

    /// <summary>Removes a key; false when it was not there.</summary>
    public bool Remove(TKey key) => _table.Remove(key);

    /// <summary>Removes a key and gives what was there.</summary>
    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value) => _table.Remove(key, out value);

    /// <summary>Removes everything.</summary>
    public void Clear() => _table.Clear();
}
