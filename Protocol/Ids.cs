namespace KvStore.Protocol;

/// <summary>Who leads: the view's number. Views only grow.</summary>
public readonly record struct View(ulong Number) : IComparable<View>
{
    /// <summary>The view in which a group starts.</summary>
    public static View Initial => default;

    /// <summary>The view after this one.</summary>
    public View Next => new(Number + 1);

    /// <inheritdoc/>
    public int CompareTo(View other) => Number.CompareTo(other.Number);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(View left, View right) => left.Number < right.Number;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(View left, View right) => left.Number > right.Number;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(View left, View right) => left.Number <= right.Number;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(View left, View right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public override string ToString() => $"v{Number}";
}

/// <summary>A position in the order. The first batch has 1; 0 is the genesis.</summary>
public readonly record struct SequenceNumber(ulong Number) : IComparable<SequenceNumber>
{
    /// <summary>The position of the genesis: nothing has been ordered.</summary>
    public static SequenceNumber Genesis => default;

    /// <summary>The position after this one.</summary>
    public SequenceNumber Next => new(Number + 1);

    /// <inheritdoc/>
    public int CompareTo(SequenceNumber other) => Number.CompareTo(other.Number);

    /// <summary>The position <paramref name="count"/> places further on.</summary>
    public SequenceNumber Plus(ulong count) => new(Number + count);

    /// <summary>The later of the two.</summary>
    public static SequenceNumber Max(SequenceNumber left, SequenceNumber right) => left > right ? left : right;

    /// <summary>The earlier of the two.</summary>
    public static SequenceNumber Min(SequenceNumber left, SequenceNumber right) => left < right ? left : right;

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left.Number < right.Number;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left.Number > right.Number;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left.Number <= right.Number;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public override string ToString() => $"s{Number}";
}

/// <summary>A replica's place in its group's list of members, from 0.</summary>
public readonly record struct ReplicaId(ushort Index) : IComparable<ReplicaId>
{
    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Index.CompareTo(other.Index);

    /// <inheritdoc/>
    public override string ToString() => $"r{Index}";
}

/// <summary>A shard's group of replicas.</summary>
public readonly record struct GroupId(uint Number)
{
    /// <inheritdoc/>
    public override string ToString() => $"g{Number}";
}

/// <summary>A membership of a group: it changes when the group's configuration does.</summary>
public readonly record struct Epoch(ulong Number)
{
    /// <inheritdoc/>
    public override string ToString() => $"e{Number}";
}

/// <summary>Milliseconds since 1970-01-01 UTC.</summary>
public readonly record struct Timestamp(ulong UnixMilliseconds) : IComparable<Timestamp>
{
    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    /// <summary>The later of the two.</summary>
    public static Timestamp Max(Timestamp left, Timestamp right) => left > right ? left : right;

    /// <summary>Whether <paramref name="left"/> is earlier than <paramref name="right"/>.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.UnixMilliseconds < right.UnixMilliseconds;

    /// <summary>Whether <paramref name="left"/> is later than <paramref name="right"/>.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.UnixMilliseconds > right.UnixMilliseconds;

    /// <summary>Whether <paramref name="left"/> is not later than <paramref name="right"/>.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixMilliseconds <= right.UnixMilliseconds;

    /// <summary>Whether <paramref name="left"/> is not earlier than <paramref name="right"/>.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixMilliseconds >= right.UnixMilliseconds;
}

/// <summary>The cluster's id: the SHA-256 of its genesis.</summary>
public readonly record struct ClusterId(Digest Genesis)
{
    /// <inheritdoc/>
    public override string ToString() => Genesis.ToString();
}

/// <summary>A client's name for one run of its requests; 8 bytes that it chooses.</summary>
public readonly record struct SessionId(ulong Value) : IComparable<SessionId>
{
    /// <inheritdoc/>
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);
}

/// <summary>A request's nonce: <c>session ‖ counter</c>. The idempotency key of the request.</summary>
public readonly record struct Nonce(SessionId Session, ulong Counter);
