using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Whose requests a shard executes: any key's, or those of a list. http-api.md section 4.</summary>
public sealed class ClientPolicy
{
    private readonly ImmutableArray<PublicKey> _keys;

    private ClientPolicy(bool allowsAny, ImmutableArray<PublicKey> keys)
    {
        AllowsAny = allowsAny;
        _keys = keys;
    }

    /// <summary>Every key is admitted: for clusters that only live in memory.</summary>
    public static ClientPolicy Any { get; } = new(allowsAny: true, []);

    /// <summary>Whether every key is admitted.</summary>
    public bool AllowsAny { get; }

    /// <summary>The keys that are admitted, ascending; empty when all are.</summary>
    public ImmutableArray<PublicKey> Keys => _keys;

    /// <summary>Only these keys are admitted; the order in which they are given does not matter.</summary>
    public static ClientPolicy Only(IEnumerable<PublicKey> keys) => new(allowsAny: false, [.. new SortedSet<PublicKey>(keys)]);

    /// <summary>Whether a client's requests are executed.</summary>
    public bool Allows(PublicKey client) => AllowsAny || _keys.BinarySearch(client) >= 0;

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Bool(AllowsAny);
        writer.Count(_keys.Length);
        foreach (var key in _keys) writer.PublicKey(key);
    }
}
