using System.Diagnostics.CodeAnalysis;
using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>
/// Reads an HTTP request as a command. Pure: a gateway asks before it orders a request, to refuse a bad one with a good answer, and every replica
/// asks again when it executes it, because no gateway is trusted.
/// </summary>
public static class OperationParser
{
    private const string ListPath = "/v1/kv";
    private const string TransactionPath = "/v1/txn";
    private const string BatchPath = "/v1/batch";
    private const string KeyPrefix = "/v1/kv/";
    private const string BinaryKeyPrefix = "/v1/kvb/";

    /// <summary>Reads an operation; false, with the reason, when it has no meaning.</summary>
    public static bool TryParse(Operation operation, StateLimits limits, [NotNullWhen(true)] out Command? command, [NotNullWhen(false)] out ParseError? error)
    {
        if (operation.Meaning is Meaning known && ReferenceEquals(known.Limits, limits))
        {
            (command, error) = (known.Command, null);
            return true;
        }

        command = Parse(operation, limits, out error);

        // The replicas of one process execute the same object. What was read of a body is not kept: it may be as large as the body again.
        if (command is KeyCommand) operation.Meaning = new Meaning(limits, command);
        if (command is null) error ??= new ParseError(ParseErrors.UnknownPath, "Nothing is served under this path.");
        return command is not null;
    }

    private sealed record Meaning(StateLimits Limits, Command Command);

    // Null is an error, which is set.
    private static Command? Parse(Operation operation, StateLimits limits, out ParseError? error)
    {
        var path = operation.Path;
        if (string.Equals(path, ListPath, StringComparison.Ordinal)) return ListParser.Parse(operation, limits, out error);
        if (string.Equals(path, TransactionPath, StringComparison.Ordinal)) return StepsParser.Transaction(operation, limits, out error);
        if (string.Equals(path, BatchPath, StringComparison.Ordinal)) return StepsParser.Batch(operation, limits, out error);

        Key key;
        if (path.StartsWith(KeyPrefix, StringComparison.Ordinal))
        {
            if (!KeyText.TryFromPath(path.AsSpan(KeyPrefix.Length), limits, out key, out error)) return null;
        }
        else if (path.StartsWith(BinaryKeyPrefix, StringComparison.Ordinal))
        {
            if (!KeyText.TryFromBase64(path.AsSpan(BinaryKeyPrefix.Length), limits, out key, out error)) return null;
        }
        else
        {
            error = new ParseError(ParseErrors.UnknownPath, "Nothing is served under this path.");
            return null;
        }

        return KeyCommandParser.Parse(operation, key, limits, out error);
    }
}
