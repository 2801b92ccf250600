using KvStore.Client.Exchanges;

namespace KvStore.Client;

/// <summary>The problems that the client finds by itself.</summary>
internal static class LocalProblems
{
    /// <summary>No connection could be made.</summary>
    public static Problem Unreachable(Gateway gateway, Exception exception) => new()
    {
        Code = Problem.Unreachable,
        Title = $"No gateway answers at {gateway}:",
        Detail = exception.Message,
        Retryable = true,
    };

    /// <summary>The connection broke.</summary>
    public static Problem Lost(Gateway gateway, Exception exception, bool isSent) => new()
    {
        Code = Problem.ConnectionLost,
        Title = $"The connection to {gateway} broke before the answer came:",
        Detail = exception.Message,
        Retryable = true,
        Outcome = isSent ? Outcome.Unknown : Outcome.NotApplied,
    };

    /// <summary>No answer came in time.</summary>
    public static Problem TimedOut(Gateway gateway, bool isSent) => new()
    {
        Code = Problem.TimedOut,
        Title = $"No answer came from {gateway} in time.",
        Retryable = true,
        Outcome = isSent ? Outcome.Unknown : Outcome.NotApplied,
    };

    /// <summary>An answer came that no gateway gives.</summary>
    public static Problem BadAnswer(string what, int status, Outcome outcome) => new()
    {
        Code = Problem.BadAnswer,
        Status = status,
        Title = what,
        Outcome = outcome,
    };

    /// <summary>There is no nonce left in any session's window.</summary>
    public static Problem TooManyUnderWay { get; } = new()
    {
        Code = Problem.TooManyUnderWay,
        Title = "Too many signed requests of this client are under way.",
        Detail = "Wait until some have ended.",
        Retryable = true,
    };
}
