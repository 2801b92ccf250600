using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>What an <see cref="Operation"/> means. http-api.md section 1.</summary>
/// <param name="IsRead">Whether it changes nothing, so that it may also be carried out on a <see cref="ShardState"/> as it stands.</param>
public abstract record Command(bool IsRead);

/// <summary>A command on one key.</summary>
/// <param name="Key">The key; neither empty nor over the limit.</param>
/// <param name="Conditions">When it is to be carried out.</param>
/// <param name="IsRead">Whether it changes nothing.</param>
public abstract record KeyCommand(Key Key, Preconditions Conditions, bool IsRead) : Command(IsRead)
{
    /// <summary>Where the key's record is in the shard's map.</summary>
    public Digest RecordPath { get; } = Key.RecordPath;
}

/// <summary>Reads a value, or a slice of it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Conditions">When it is to be carried out.</param>
/// <param name="Range">The slice; null for the whole, which is also the answer to several ranges.</param>
public sealed record GetCommand(Key Key, Preconditions Conditions, ByteRange? Range) : KeyCommand(Key, Conditions, IsRead: true);

/// <summary>Replaces a value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Conditions">When it is to be carried out.</param>
/// <param name="ContentType">The content type to keep, or empty.</param>
/// <param name="Value">The value: a slice of the operation's body.</param>
public sealed record PutCommand(Key Key, Preconditions Conditions, string ContentType, ReadOnlyMemory<byte> Value)
    : KeyCommand(Key, Conditions, IsRead: false)
{
    /// <summary>The longest time to live: a hundred years, in seconds.</summary>
    public const ulong TimeToLiveSecondsMax = 3_153_600_000;

    /// <summary>After how many seconds of batch time the key expires; null when it does not.</summary>
    public ulong? TimeToLiveSeconds { get; init; }
}

/// <summary>Appends to a value, or creates it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Conditions">When it is to be carried out.</param>
/// <param name="IfLength">The length in bytes that the value must have, an absent one having 0; null when it may have any.</param>
/// <param name="ContentType">The content type that a value gets if it is created; one that is there keeps its own.</param>
/// <param name="Value">What to append: a slice of the operation's body.</param>
public sealed record AppendCommand(Key Key, Preconditions Conditions, ulong? IfLength, string ContentType, ReadOnlyMemory<byte> Value)
    : KeyCommand(Key, Conditions, IsRead: false);

/// <summary>Makes a value a slice of itself.</summary>
/// <param name="Key">The key.</param>
/// <param name="Conditions">When it is to be carried out.</param>
/// <param name="Start">The first byte that is kept.</param>
/// <param name="End">The first byte after those that are kept; null to keep all to the end.</param>
public sealed record KeepSliceCommand(Key Key, Preconditions Conditions, ulong Start, ulong? End) : KeyCommand(Key, Conditions, IsRead: false);

/// <summary>Deletes a value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Conditions">When it is to be carried out.</param>
public sealed record DeleteCommand(Key Key, Preconditions Conditions) : KeyCommand(Key, Conditions, IsRead: false);

/// <summary>Lists keys in order.</summary>
/// <param name="Start">The first key that may be listed: what prefix, start and after come to.</param>
/// <param name="End">The first key that may not be listed any more: what prefix and end come to; null when there is none.</param>
/// <param name="Limit">Keys in the page, at most; not over the state's limit.</param>
/// <param name="KeysOnly">Whether values are left out.</param>
/// <param name="Count">Whether to say how many keys there are from <paramref name="Start"/> to <paramref name="End"/>.</param>
public sealed record ListCommand(Key Start, Key? End, int Limit, bool KeysOnly, bool Count) : Command(IsRead: true);
