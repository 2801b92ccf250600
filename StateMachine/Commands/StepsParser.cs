using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Reads <c>POST /v1/txn</c> with a body like <c>{"if":[…],"then":[…],"else":[…]}</c> and <c>POST /v1/batch</c> with one like <c>{"operations":[…]}</c>.
/// Null is an error, which is set.
/// </summary>
internal static class StepsParser
{
    private const string MediaType = "application/json";

    private static readonly string[] _transaction = ["if", "then", "else"];
    private static readonly string[] _batch = ["operations"];

    public static TransactionCommand? Transaction(Operation operation, StateLimits limits, out ParseError? error)
    {
        error = Unfit(operation, limits, ParseErrors.BadTransaction);
        if (error is not null) return null;
        var json = new StepJson(operation.Body, ParseErrors.BadTransaction);
        try
        {
            var command = Transaction(ref json, limits);
            error = json.Error;
            return error is null ? command : null;
        }
        catch (JsonException exception)
        {
            error = NoJson(exception, ParseErrors.BadTransaction);
            return null;
        }
    }

    public static BatchCommand? Batch(Operation operation, StateLimits limits, out ParseError? error)
    {
        error = Unfit(operation, limits, ParseErrors.BadBatch);
        if (error is not null) return null;
        var json = new StepJson(operation.Body, ParseErrors.BadBatch);
        try
        {
            var command = Batch(ref json, limits);
            error = json.Error;
            return error is null ? command : null;
        }
        catch (JsonException exception)
        {
            error = NoJson(exception, ParseErrors.BadBatch);
            return null;
        }
    }

    private static TransactionCommand? Transaction(ref StepJson json, StateLimits limits)
    {
        var comparisons = ImmutableArray.CreateBuilder<Comparison>();
        var then = ImmutableArray.CreateBuilder<KeyCommand>();
        var otherwise = ImmutableArray.CreateBuilder<KeyCommand>();
        if (!json.TryBeginObject()) return null;
        var seen = 0;
        while (json.TryNextMember(_transaction, ref seen, out var member))
        {
            if (!json.TryBeginList()) return null;
            while (json.TryNextItem())
            {
                if (comparisons.Count + then.Count + otherwise.Count == limits.OperationsMax) return TooMany<TransactionCommand>(ref json, limits);
                if (member == 0)
                {
                    if (StepParser.Comparison(ref json, limits) is not { } comparison) return null;
                    comparisons.Add(comparison);
                    continue;
                }

                if (StepParser.Step(ref json, limits, conditional: false) is not { } step) return null;
                (member == 1 ? then : otherwise).Add(step);
            }

            if (json.Error is not null) return null;
        }

        if (!json.TryEnd()) return null;
        if (then.Count + otherwise.Count == 0) json.Refuse("has nothing to do: 'then' and 'else' are empty.");
        return new TransactionCommand(comparisons.DrainToImmutable(), then.DrainToImmutable(), otherwise.DrainToImmutable());
    }

    private static BatchCommand? Batch(ref StepJson json, StateLimits limits)
    {
        var operations = ImmutableArray.CreateBuilder<KeyCommand>();
        if (!json.TryBeginObject()) return null;
        var seen = 0;
        while (json.TryNextMember(_batch, ref seen, out _))
        {
            if (!json.TryBeginList()) return null;
            while (json.TryNextItem())
            {
                if (operations.Count == limits.OperationsMax) return TooMany<BatchCommand>(ref json, limits);
                if (StepParser.Step(ref json, limits, conditional: true) is not { } step) return null;
                operations.Add(step);
            }

            if (json.Error is not null) return null;
        }

        if (!json.TryEnd()) return null;
        if (operations.Count == 0) json.Refuse("has nothing to do: 'operations' is empty.");
        return new BatchCommand(operations.DrainToImmutable());
    }

    private static TCommand? TooMany<TCommand>(ref StepJson json, StateLimits limits)
        where TCommand : Command
    {
        json.Refuse($"there are over {limits.OperationsMax}. Split them.", ParseErrors.TooManyOperations);
        return null;
    }

    // Whatever the body says, the request around it must be such that it can be read.
    private static ParseError? Unfit(Operation operation, StateLimits limits, string code)
    {
        if (operation.Method != OperationMethod.Post) return new ParseError(ParseErrors.MethodNotAllowed, "Transactions and batches are posted.");
        if (QueryParameters.Parse(operation.Query, [], out var error) is null) return error;
        foreach (var field in operation.Headers)
        {
            if (field.Header is OperationHeader.ContentType or OperationHeader.Prefer) continue;
            return new ParseError(ParseErrors.UnexpectedHeader, $"The header '{SignatureBase.HeaderName(field.Header)}' has no meaning here.");
        }

        if (!IsJson(operation.Header(OperationHeader.ContentType))) return new ParseError(ParseErrors.BadContentType, $"The content type must be {MediaType}.");
        if (operation.Body.Length > limits.BatchBytesMax) return new ParseError(ParseErrors.BatchTooLarge, $"The body is over {limits.BatchBytesMax} bytes. Split it.");
        return Utf8.IsValid(operation.Body.Span) ? null : new ParseError(code, "The body: is not UTF-8.");
    }

    private static bool IsJson(string? contentType)
    {
        if (contentType is null) return false;
        var text = contentType.AsSpan();
        var end = text.IndexOf(';');
        if (end < 0) return text.Equals(MediaType, StringComparison.OrdinalIgnoreCase);
        var parameter = text[(end + 1)..].Trim(' ');
        return text[..end].TrimEnd(' ').Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            && (parameter.Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase) || parameter.Equals("charset=\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }

    private static ParseError NoJson(JsonException exception, string code) =>
        new(code, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The body: is not JSON from line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} on."));
}
