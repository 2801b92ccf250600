using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>When a user's key goes. Ordered by that first.</summary>
internal readonly record struct KeyExpiry(Timestamp Expires, Key Key) : IComparable<KeyExpiry>
{
    public int CompareTo(KeyExpiry other)
    {
        var order = Expires.CompareTo(other.Expires);
        return order == 0 ? Key.CompareTo(other.Key) : order;
    }
}
