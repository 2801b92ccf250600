using System.Globalization;
using System.Net;
using KvStore.Client.Exchanges;

namespace KvStore.Client;

/// <summary>Makes results of answers. What a gateway must say and does not is a problem: then it is not a gateway.</summary>
internal static class AnswerReader
{
    /// <summary>A value that was read.</summary>
    public static GetResult Get(Answer answer)
    {
        var (revision, shard) = Place(answer, isRead: true);
        if (answer.IsAbsence) return new GetResult { Status = GetStatus.Absent, Revision = revision, Shard = shard };
        if (answer.Status == HttpStatusCode.NotModified)
            return new GetResult { Status = GetStatus.NotModified, ETag = answer.ETag, Revision = revision, Shard = shard, Expires = answer.Expires };
        long offset = 0;
        long length = answer.Body.Length;
        if (answer.Status == HttpStatusCode.PartialContent && !TryRange(answer.ContentRange, out offset, out length)) throw Bad(answer, isRead: true);
        return new GetResult
        {
            Status = GetStatus.Found,
            Value = answer.Body,
            ETag = answer.ETag,
            Revision = revision,
            Shard = shard,
            Offset = offset,
            Length = length,
            ContentType = answer.ContentType,
            Expires = answer.Expires,
        };
    }

    /// <summary>A write that was done.</summary>
    public static WriteResult Write(Answer answer)
    {
        var (revision, shard) = Place(answer, isRead: false);
        return new WriteResult
        {
            Created = answer.Status == HttpStatusCode.Created,
            ETag = answer.ETag ?? throw Bad(answer, isRead: false),
            Revision = revision,
            Shard = shard,
            Length = (long)(answer.Number("Kv-Length") ?? throw Bad(answer, isRead: false)),
            Offset = (long)answer.Number("Kv-Append-Offset").GetValueOrDefault(),
            Replayed = answer.Replayed,
            Expires = answer.Expires,
        };
    }

    /// <summary>A deletion.</summary>
    public static DeleteResult Delete(Answer answer)
    {
        var (revision, shard) = Place(answer, isRead: false);
        return new DeleteResult(!answer.IsAbsence, revision, shard, answer.Replayed);
    }

    /// <summary>The failure of an answer that no gateway gives.</summary>
    public static KvException Bad(Answer answer, bool isRead, Exception? inner = null)
    {
        const string what = "The answer is a success, and not as a gateway's is.";
        return isRead
            ? new KvException(LocalProblems.BadAnswer(what, (int)answer.Status, Outcome.NotApplied), inner)
            : new OutcomeUnknownException(LocalProblems.BadAnswer(what, (int)answer.Status, Outcome.Unknown), answer.Request, inner);
    }

    private static (ulong Revision, uint Shard) Place(Answer answer, bool isRead) =>
        answer is { Revision: { } revision, Shard: { } shard } ? (revision, shard) : throw Bad(answer, isRead);

    // bytes 2-5/11
    private static bool TryRange(string? text, out long offset, out long length)
    {
        offset = 0;
        length = 0;
        const string unit = "bytes ";
        if (text is null || !text.StartsWith(unit, StringComparison.Ordinal)) return false;
        var (dash, slash) = (text.IndexOf('-', StringComparison.Ordinal), text.IndexOf('/', StringComparison.Ordinal));
        return dash > 0 && slash > dash
            && long.TryParse(text.AsSpan(unit.Length, dash - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out offset)
            && long.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length);
    }
}
