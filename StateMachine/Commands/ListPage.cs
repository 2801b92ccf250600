using System.Collections.Immutable;
using System.Text;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>One key of a listing.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision at which it last changed.</param>
/// <param name="Length">The length of its value, in bytes.</param>
/// <param name="ContentType">The content type as it was put; empty when none was given.</param>
/// <param name="Value">The value; null when only keys were asked for.</param>
public sealed record ListEntry(Key Key, ulong Revision, ulong Length, string ContentType, ReadOnlyMemory<byte>? Value)
{
    /// <summary>The batch time from which on the key expires; zero when it does not.</summary>
    public Timestamp Expires { get; init; }
}

/// <summary>A page of a listing: the value of the result of a <see cref="ListCommand"/>.</summary>
/// <param name="Entries">The keys, ascending.</param>
/// <param name="Next">The key at which the next page starts; empty when there is none.</param>
/// <param name="Total">How many keys there are from the start of this page to the end of the listing; null when that was not asked for.</param>
public sealed record ListPage(ImmutableArray<ListEntry> Entries, Key Next, ulong? Total)
{
    private const int EntryBytesMin = 3 * sizeof(ulong) + 2 * sizeof(uint) + 1;

    /// <summary>Appends the canonical encoding.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Count(Entries.Length);
        foreach (var entry in Entries)
        {
            writer.Bytes(entry.Key.Span);
            writer.UInt64(entry.Revision);
            writer.UInt64(entry.Length);
            writer.Time(entry.Expires);
            writer.Bytes(Encoding.Latin1.GetBytes(entry.ContentType));
            writer.Bool(entry.Value.HasValue);
            if (entry.Value is { } value) writer.Bytes(value.Span);
        }

        writer.Bytes(Next.Span);
        writer.Bool(Total.HasValue);
        if (Total is { } total) writer.UInt64(total);
    }

    /// <summary>Reads the canonical encoding; on anything malformed the reader fails and the result is not to be used.</summary>
    public static ListPage Decode(ref CanonicalReader reader)
    {
        var count = reader.Count(int.MaxValue, EntryBytesMin);
        var entries = ImmutableArray.CreateBuilder<ListEntry>(count);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var key = new Key(reader.Bytes(int.MaxValue).ToArray());
            var (revision, length, expires) = (reader.UInt64(), reader.UInt64(), reader.Time());
            var contentType = Encoding.Latin1.GetString(reader.Bytes(Operation.TextBytesMax).Span);
            var value = reader.Bool() ? reader.Bytes(int.MaxValue) : (ReadOnlyMemory<byte>?)null;
            entries.Add(new ListEntry(key, revision, length, contentType, value) { Expires = expires });
        }

        var next = new Key(reader.Bytes(int.MaxValue).ToArray());
        ulong? total = reader.Bool() ? reader.UInt64() : null;
        return new ListPage(entries.DrainToImmutable(), next, total);
    }
}
