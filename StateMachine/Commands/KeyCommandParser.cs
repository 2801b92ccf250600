using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Reads operations on one key. Null is an error, which is set.</summary>
internal static class KeyCommandParser
{
    private const string TimeToLive = "ttl";

    private static readonly string[] _readParameters = ["consistency", "wait"];
    private static readonly string[] _putParameters = [TimeToLive];

    public static Command? Parse(Operation operation, Key key, StateLimits limits, out ParseError? error)
    {
        var known = operation.Method switch
        {
            OperationMethod.Get => _readParameters,
            OperationMethod.Put => _putParameters,
            _ => [],
        };
        if (QueryParameters.Parse(operation.Query, known, out error) is not { } query) return null;
        error = UnexpectedHeader(operation);
        if (error is not null) return null;
        var conditions = ConditionParser.Parse(operation, out error);
        if (conditions is null) return null;
        return operation.Method switch
        {
            OperationMethod.Get => Get(operation, key, conditions, out error),
            OperationMethod.Put => Put(operation, query, key, conditions, limits, out error),
            OperationMethod.Post => Append(operation, key, conditions, limits, out error),
            OperationMethod.Patch => SliceParser.Parse(operation, key, conditions, out error),
            _ => new DeleteCommand(key, conditions),
        };
    }

    // Prefer asks for a receipt, which is not the state machine's business; a content type without a body says nothing.
    private static ParseError? UnexpectedHeader(Operation operation)
    {
        foreach (var field in operation.Headers)
        {
            var unexpected = field.Header switch
            {
                OperationHeader.Range => operation.Method != OperationMethod.Get,
                OperationHeader.KvIfLength => operation.Method != OperationMethod.Post,
                _ => false,
            };
            if (unexpected) return new ParseError(ParseErrors.UnexpectedHeader, $"The header '{SignatureBase.HeaderName(field.Header)}' has no meaning here.");
        }

        return null;
    }

    private static GetCommand? Get(Operation operation, Key key, Preconditions conditions, out ParseError? error)
    {
        error = null;
        var text = operation.Header(OperationHeader.Range);
        if (text is null) return new GetCommand(key, conditions, null);
        if (RangeParser.TryParse(text, out var range)) return new GetCommand(key, conditions, range);
        error = new ParseError(ParseErrors.BadRange, "The range is not one of bytes=a-b, bytes=a- and bytes=-n.");
        return null;
    }

    private static PutCommand? Put(Operation operation, QueryParameters query, Key key, Preconditions conditions, StateLimits limits, out ParseError? error)
    {
        if (ContentType(operation, limits, out error) is not { } contentType) return null;
        var command = new PutCommand(key, conditions, contentType, operation.Body);
        if (query[TimeToLive] is not { } text) return command;
        if (Decimal.TryParse(text, out var seconds) && seconds is >= 1 and <= PutCommand.TimeToLiveSecondsMax) return command with { TimeToLiveSeconds = seconds };
        error = new ParseError(ParseErrors.BadParameter, $"'{TimeToLive}' is not a number of seconds from 1 to {PutCommand.TimeToLiveSecondsMax}.");
        return null;
    }

    private static AppendCommand? Append(Operation operation, Key key, Preconditions conditions, StateLimits limits, out ParseError? error)
    {
        var contentType = ContentType(operation, limits, out error);
        if (contentType is null) return null;
        var text = operation.Header(OperationHeader.KvIfLength);
        if (text is null) return new AppendCommand(key, conditions, null, contentType, operation.Body);
        if (Decimal.TryParse(text, out var length)) return new AppendCommand(key, conditions, length, contentType, operation.Body);
        error = new ParseError(ParseErrors.BadPrecondition, "Kv-If-Length is not a number of bytes.");
        return null;
    }

    private static string? ContentType(Operation operation, StateLimits limits, out ParseError? error)
    {
        var contentType = operation.Header(OperationHeader.ContentType) ?? "";
        error = contentType.Length <= limits.ContentTypeBytesMax
            ? null
            : new ParseError(ParseErrors.ContentTypeTooLong, $"The content type is over {limits.ContentTypeBytesMax} bytes.");
        return error is null ? contentType : null;
    }
}
