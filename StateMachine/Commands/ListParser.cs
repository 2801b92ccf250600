using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Reads <c>GET /v1/kv?prefix=&amp;start=&amp;end=&amp;after=&amp;limit=&amp;keysOnly=&amp;count=</c>. Null is an error, which is set.</summary>
internal static class ListParser
{
    private static readonly string[] _known = ["prefix", "start", "end", "after", "limit", "keysOnly", "count", "consistency", "wait"];

    public static ListCommand? Parse(Operation operation, StateLimits limits, out ParseError? error)
    {
        error = null;
        if (operation.Method != OperationMethod.Get)
        {
            error = new ParseError(ParseErrors.MethodNotAllowed, "The list of keys can only be read.");
            return null;
        }

        foreach (var field in operation.Headers)
        {
            if (field.Header is OperationHeader.ContentType or OperationHeader.Prefer) continue;
            error = new ParseError(ParseErrors.UnexpectedHeader, $"The header '{SignatureBase.HeaderName(field.Header)}' has no meaning here.");
            return null;
        }

        var query = QueryParameters.Parse(operation.Query, _known, out error);
        return query is null ? null : Build(query, limits, out error);
    }

    private static ListCommand? Build(QueryParameters query, StateLimits limits, out ParseError? error)
    {
        error = null;
        if (!TryBytes(query, "prefix", limits, out var prefix, ref error) || !TryBytes(query, "start", limits, out var start, ref error)
            || !TryBytes(query, "end", limits, out var end, ref error) || !TryAfter(query, limits, out var afterNext, ref error)
            || !TryLimit(query, limits, out var limit, ref error)
            || !TryFlag(query, "keysOnly", out var keysOnly, ref error) || !TryFlag(query, "count", out var count, ref error))
        {
            return null;
        }

        var first = Key.Max(Key.Max(new Key(prefix ?? []), new Key(start ?? [])), new Key(afterNext ?? []));
        var last = EndOf(prefix ?? []);
        if (end is not null && (last is null || new Key(end).CompareTo(last.Value) < 0)) last = new Key(end);
        return new ListCommand(first, last, limit, keysOnly, count);
    }

    // The first key after all those with a prefix: the prefix up to its last byte that is not 255, and that byte one higher.
    private static Key? EndOf(byte[] prefix)
    {
        var length = prefix.AsSpan().LastIndexOfAnyExcept(byte.MaxValue) + 1;
        if (length == 0) return null;
        var end = prefix[..length];
        end[^1]++;
        return new Key(end);
    }

    // An empty end would list nothing, and is what a form sends that was not filled in: it stands for none.
    private static bool TryBytes(QueryParameters query, string name, StateLimits limits, out byte[]? bytes, ref ParseError? error)
    {
        bytes = null;
        var text = query[name];
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Contains('+'))
            return Refuse(out error, $"'+' in '{name}' could be a plus or a space: write %2B or %20.");
        if (!PercentEncoding.TryDecode(text, out var decoded)) return Refuse(out error, $"'{name}' is not well percent-encoded.");
        bytes = decoded;
        return IsKeyLength(name, decoded, limits, ref error);
    }

    // 'after' is the last key of the page before, in base64url, because it can be any bytes; what follows it begins one zero byte later.
    private static bool TryAfter(QueryParameters query, StateLimits limits, out byte[]? next, ref ParseError? error)
    {
        next = null;
        var text = query["after"];
        if (string.IsNullOrEmpty(text)) return true;
        if (!KeyText.TryDecodeBase64(text, out var key)) return Refuse(out error, "'after' is not base64url without padding.");
        next = [.. key, 0];
        return IsKeyLength("after", key, limits, ref error);
    }

    private static bool IsKeyLength(string name, byte[] bytes, StateLimits limits, ref ParseError? error)
    {
        if (bytes.Length <= limits.KeyBytesMax) return true;
        error = new ParseError(ParseErrors.KeyTooLong, $"'{name}' is over {limits.KeyBytesMax} bytes.");
        return false;
    }

    private static bool TryLimit(QueryParameters query, StateLimits limits, out int limit, ref ParseError? error)
    {
        limit = limits.ListPageMax;
        var text = query["limit"];
        if (string.IsNullOrEmpty(text)) return true;
        if (!Decimal.TryParse(text, out var number) || number == 0) return Refuse(out error, "'limit' is not a number of keys from 1 on.");
        limit = (int)Math.Min(number, (ulong)limits.ListPageMax);
        return true;
    }

    private static bool TryFlag(QueryParameters query, string name, out bool flag, ref ParseError? error)
    {
        var text = query[name];
        flag = text is "" or "true" or "1";
        return flag || text is null or "false" or "0" || Refuse(out error, $"'{name}' is neither true nor false.");
    }

    private static bool Refuse(out ParseError? error, string detail)
    {
        error = new ParseError(ParseErrors.BadParameter, detail);
        return false;
    }
}
