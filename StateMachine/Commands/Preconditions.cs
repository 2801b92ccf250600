using System.Collections.Immutable;

namespace KvStore.StateMachine;

/// <summary>The value of If-Match or If-None-Match: any, or a list of revisions.</summary>
/// <param name="Any">Whether it is <c>*</c>.</param>
/// <param name="Revisions">The revisions of the entity tags <c>"rN"</c>; empty when it is <c>*</c>.</param>
public sealed record EntityTags(bool Any, ImmutableArray<ulong> Revisions)
{
    /// <summary>Whether a key that is there at a revision (0 when it is absent) is among them.</summary>
    public bool Match(ulong keyRevision) => keyRevision != 0 && (Any || Revisions.Contains(keyRevision));
}

/// <summary>When a command is to be carried out. RFC 9110 section 13.1.</summary>
/// <param name="IfMatch">What the key must match; null for no condition.</param>
/// <param name="IfNoneMatch">What the key must not match; null for no condition.</param>
public sealed record Preconditions(EntityTags? IfMatch, EntityTags? IfNoneMatch)
{
    /// <summary>No condition.</summary>
    public static Preconditions None { get; } = new(null, null);
}

/// <summary>One range of bytes, as it was asked for. RFC 9110 section 14.1.2.</summary>
/// <param name="First">The first byte's position; not used when the range is counted from the end.</param>
/// <param name="Last">The last byte's position, included; or, counted from the end, how many bytes.</param>
/// <param name="FromEnd">Whether it is <c>-n</c>: the last n bytes.</param>
public readonly record struct ByteRange(ulong First, ulong Last, bool FromEnd)
{
    /// <summary>What the range is in a value of a given length; false when no byte of the value lies in it.</summary>
    public bool TryResolve(int length, out int offset, out int count)
    {
        var end = (ulong)length;
        var first = !FromEnd ? First : Last >= end ? 0 : end - Last;
        offset = 0;
        count = 0;
        if (first >= end) return false;
        offset = (int)first;
        count = FromEnd || Last >= end ? length - offset : (int)(Last - first) + 1;
        return true;
    }
}
