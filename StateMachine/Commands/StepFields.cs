using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>The members that a step or a comparison may have, in the order of <see cref="StepFields.Names"/>.</summary>
internal enum StepMember
{
    Op,
    Key,
    KeyB64,
    Value,
    ValueB64,
    ContentType,
    Ttl,
    IfLength,
    Start,
    End,
    Range,
    IfRevision,
    Revision,
    Exists,
}

/// <summary>What a step does, in the order of <see cref="StepFields.Operations"/>.</summary>
internal enum StepOperation
{
    Put,
    Append,
    Slice,
    Delete,
    Get,
}

/// <summary>A step or a comparison as it was read: which members were there, and what they were. What is absent has its default.</summary>
internal struct StepFields
{
    /// <summary>The members' names.</summary>
    public static readonly string[] Names =
    [
        "op", "key", "keyB64", "value", "valueB64", "contentType", "ttl", "ifLength", "start", "end", "range", "ifRevision", "revision", "exists",
    ];

    /// <summary>What steps do, as it is written.</summary>
    public static readonly string[] Operations = ["put", "append", "slice", "delete", "get"];

    /// <summary>The members that were there: a bit for each.</summary>
    public int Seen;
    public StepOperation Operation;
    public Key Key;
    public ReadOnlyMemory<byte> Value;
    public string? ContentType;
    public ByteRange? Range;
    public ulong TimeToLive;
    public ulong IfLength;
    public ulong Start;
    public ulong End;
    public ulong IfRevision;
    public ulong Revision;
    public bool Exists;

    public readonly bool Has(StepMember member) => (Seen & Bit(member)) != 0;

    /// <summary>The bits of members.</summary>
    public static int Bits(params ReadOnlySpan<StepMember> members)
    {
        var bits = 0;
        foreach (var member in members) bits |= Bit(member);
        return bits;
    }

    private static int Bit(StepMember member) => 1 << (int)member;
}
