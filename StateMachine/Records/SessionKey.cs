using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>One run of a client's requests.</summary>
internal readonly record struct SessionKey(PublicKey Client, SessionId Session) : IComparable<SessionKey>
{
    public int CompareTo(SessionKey other)
    {
        var order = Session.CompareTo(other.Session);
        return order == 0 ? Client.CompareTo(other.Client) : order;
    }
}

/// <summary>When a session goes. Ordered by that first.</summary>
internal readonly record struct SessionExpiry(Timestamp Expires, SessionKey Session) : IComparable<SessionExpiry>
{
    public int CompareTo(SessionExpiry other)
    {
        var order = Expires.CompareTo(other.Expires);
        return order == 0 ? Session.CompareTo(other.Session) : order;
    }
}
