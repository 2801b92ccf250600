using System.Globalization;
using System.Net;

namespace KvStore.Client.Exchanges;

/// <summary>An answer, wholly read.</summary>
/// <param name="response">Its head.</param>
/// <param name="body">Its body.</param>
/// <param name="request">What names the request; null when nothing does.</param>
internal sealed class Answer(HttpResponseMessage response, ReadOnlyMemory<byte> body, Func<RequestId>? request)
{
    /// <summary>What names the request; null when it was not signed.</summary>
    public RequestId? Request => request?.Invoke();

    /// <summary>Whether an earlier sending of the same bytes may have been carried out where this answer knows of none.</summary>
    public bool InDoubt { get; set; }

    /// <summary>The status.</summary>
    public HttpStatusCode Status => response.StatusCode;

    /// <summary>Whether it is what was asked for; that nothing was modified is too.</summary>
    public bool IsSuccess => response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified;

    /// <summary>Whether it says that there is no such key.</summary>
    public bool IsAbsence => Status == HttpStatusCode.NotFound;

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>The body's type; null when it has none.</summary>
    public string? ContentType => response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    /// <summary>Where the body lies in the whole value; null when it is the whole.</summary>
    public string? ContentRange => response.Content.Headers.NonValidated.TryGetValues("Content-Range", out var values) ? values.ToString() : null;

    /// <summary>The revision at which the shard carried it out or refused it; null when none did.</summary>
    public ulong? Revision => Number("Kv-Revision");

    /// <summary>The shard; null when there is not one.</summary>
    public uint? Shard => Number("Kv-Shard") is { } shard and <= uint.MaxValue ? (uint)shard : null;

    /// <summary>The entity tag; null when there is none.</summary>
    public ETag? ETag => Header("ETag") is { } text && Client.ETag.TryParse(text, out var tag) ? tag : null;

    /// <summary>Whether it is the first result again.</summary>
    public bool Replayed => Header("Idempotent-Replayed") is not null;

    /// <summary>When the key expires.</summary>
    public DateTimeOffset? Expires => Header("Kv-Expires") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A header as it came; null when it is absent.</summary>
    public string? Header(string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>A header that is a number; null when it is absent or none.</summary>
    public ulong? Number(string name) => Header(name) is { } text
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
