using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Api.Problems;

/// <summary>Turns what <see cref="OperationParser"/> refuses into problems.</summary>
internal static class ParseProblems
{
    // The parser takes every method on a key, and only reads of the list.
    private const string ListMethods = "GET, HEAD";

    /// <summary>The problem of a parse error.</summary>
    public static ProblemResult Of(ParseError error, StateLimits limits)
    {
        var kind = ProblemKinds.Find(error.Code) ?? throw new InvalidOperationException($"The parse error '{error.Code}' has no kind of problem.");
        return error.Code switch
        {
            ParseErrors.KeyTooLong => new ProblemResult(kind, error.Detail) { Limit = "keyBytesMax", Max = limits.KeyBytesMax },
            ParseErrors.ContentTypeTooLong => new ProblemResult(kind, error.Detail) { Limit = "contentTypeBytesMax", Max = limits.ContentTypeBytesMax },
            ParseErrors.TooManyOperations => new ProblemResult(kind, error.Detail) { Limit = "operationsMax", Max = limits.OperationsMax },
            ParseErrors.BatchTooLarge => new ProblemResult(kind, error.Detail) { Limit = "batchBytesMax", Max = limits.BatchBytesMax },
            ParseErrors.MethodNotAllowed => new ProblemResult(kind, error.Detail) { Allow = ListMethods },
            _ => new ProblemResult(kind, error.Detail),
        };
    }
}
