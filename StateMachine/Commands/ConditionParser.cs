using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Reads If-Match and If-None-Match. RFC 9110 section 13.1; our entity tags are strong and are <c>"rN"</c>.</summary>
internal static class ConditionParser
{
    private const string TagStart = "\"r";

    /// <summary>Null, with the reason, when one of the headers is malformed.</summary>
    public static Preconditions? Parse(Operation operation, out ParseError? error)
    {
        error = null;
        var ifMatch = operation.Header(OperationHeader.IfMatch);
        var ifNoneMatch = operation.Header(OperationHeader.IfNoneMatch);
        if (ifMatch is null && ifNoneMatch is null) return Preconditions.None;
        if (TryTags(ifMatch, out var match) && TryTags(ifNoneMatch, out var noneMatch)) return new Preconditions(match, noneMatch);
        error = new ParseError(ParseErrors.BadPrecondition, "If-Match and If-None-Match take '*' or a list of entity tags like \"r42\", not weak ones.");
        return null;
    }

    private static bool TryTags(string? text, out EntityTags? tags)
    {
        tags = null;
        if (text is null) return true;
        if (string.Equals(text, "*", StringComparison.Ordinal))
        {
            tags = new EntityTags(Any: true, []);
            return true;
        }

        var revisions = ImmutableArray.CreateBuilder<ulong>();
        foreach (var range in text.AsSpan().Split(','))
        {
            var tag = text.AsSpan()[range].Trim(' ');
            if (!tag.StartsWith(TagStart) || tag.Length <= TagStart.Length || tag[^1] != '"') return false;
            if (!Decimal.TryParse(tag[TagStart.Length..^1], out var revision)) return false;
            revisions.Add(revision);
        }

        tags = new EntityTags(Any: false, revisions.DrainToImmutable());
        return true;
    }
}
