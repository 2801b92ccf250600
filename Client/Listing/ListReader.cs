using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KvStore.Client.Exchanges;
using KvStore.Client.Keys;

namespace KvStore.Client;

/// <summary>Asks for pages of keys, and reads them.</summary>
internal static class ListReader
{
    private const string Path = "/v1/kv";

    /// <summary>The query of a listing's first page.</summary>
    public static string QueryOf(ListOptions options)
    {
        var query = new StringBuilder();
        Add("prefix", options.Prefix);
        Add("start", options.Start);
        Add("end", options.End);
        if (options.PageSize is { } size) query.Append(CultureInfo.InvariantCulture, $"&limit={size}");
        if (options.KeysOnly) query.Append("&keysOnly=true");
        if (options.Count) query.Append("&count=true");
        if (options.Consistency != Consistency.Linearizable) query.Append("&consistency=").Append(Parameters.NameOf(options.Consistency));
        if (query.Length > 0) query[0] = '?';
        return query.ToString();

        void Add(string name, KvKey key)
        {
            if (!key.Bytes.IsEmpty) query.Append(KeyPath.Escape($"&{name}=", key.Bytes.Span));
        }
    }

    /// <summary>The query in a link to a next page.</summary>
    /// <exception cref="ArgumentException">It is no such link.</exception>
    public static string QueryOf(string next) => next.StartsWith(Path + "?", StringComparison.Ordinal)
        ? next[Path.Length..]
        : throw new ArgumentException("It is not the link to a listing's next page.", nameof(next));

    /// <summary>Reads a page.</summary>
    /// <exception cref="KvException">It is none.</exception>
    public static ListPage Read(Answer answer)
    {
        try
        {
            var document = JsonSerializer.Deserialize(answer.Body.Span, ClientJson.Default.ListDocument)!;
            return new ListPage
            {
                Entries = [.. document.Items.Select(item => item.ToEntry())],
                Total = document.Total,
                Revisions = document.Revisions ?? new Dictionary<uint, ulong> { [document.Shard] = document.Revision },
                Next = document.Next,
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            throw AnswerReader.Bad(answer, isRead: true, exception);
        }
    }
}

/// <summary>A page as it is answered.</summary>
internal sealed record ListDocument(
    IReadOnlyList<ItemDocument> Items, long? Total, string? Next, ulong Revision, uint Shard, Dictionary<uint, ulong>? Revisions);

/// <summary>One of its keys.</summary>
internal sealed record ItemDocument(
    string? Key, string? KeyB64, ulong Revision, long Length, string? ContentType, string? Value, byte[]? ValueB64, DateTimeOffset? Expires)
{
    /// <summary>The entry.</summary>
    /// <exception cref="FormatException">A key is not base64url.</exception>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public ListEntry ToEntry() => new()
    {
        Key = JsonValues.KeyOf(Key, KeyB64),
        ETag = new ETag(Revision),
        Length = Length,
        ContentType = ContentType,
        Value = JsonValues.Of(Value, ValueB64),
        Expires = Expires,
    };
}
