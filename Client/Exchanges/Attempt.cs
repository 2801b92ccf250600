namespace KvStore.Client.Exchanges;

/// <summary>How one attempt ended.</summary>
internal enum AttemptEnd
{
    /// <summary>With an answer, of whatever kind.</summary>
    Answered,

    /// <summary>Before anything was sent.</summary>
    NotSent,

    /// <summary>After something was sent, and before the whole answer came.</summary>
    Lost,
}

/// <summary>One attempt at a request.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Answer">The answer; null when there was none.</param>
/// <param name="Problem">What was wrong; null with an answer that is a success.</param>
/// <param name="Error">What broke; null when there was an answer.</param>
internal readonly record struct Attempt(AttemptEnd End, Answer? Answer, Problem? Problem, Exception? Error)
{
    /// <summary>Whether the request is done with, and nobody needs an exception to hear of it.</summary>
    public bool IsDone(WireRequest request) => End == AttemptEnd.Answered
        && (Problem is null || (Problem.Code == Client.Problem.NotFound && request.TakesAbsence && RetryPolicy.Settles(Problem)));
}
