namespace KvStore.Client.Exchanges;

/// <summary>What the failed attempts of one request add up to.</summary>
internal struct History(WireRequest request, Func<RequestId>? id)
{
    private bool _mayBeApplied;
    private Attempt _last;
    private Problem? _answered;

    /// <summary>Whether one of them may have been carried out.</summary>
    public readonly bool MayBeApplied => _mayBeApplied;

    /// <summary>One more attempt failed.</summary>
    public void Add(Attempt attempt)
    {
        _mayBeApplied |= RetryPolicy.MayBeApplied(request, attempt);
        _last = attempt;
        if (attempt.End == AttemptEnd.Answered) _answered = attempt.Problem;
    }

    /// <summary>What to tell the caller now that there are no more attempts.</summary>
    public readonly KvException ToException()
    {
        // What a gateway said last is more than that afterwards none was reached.
        var problem = _last.End == AttemptEnd.NotSent && _answered is not null ? _answered : _last.Problem!;
        if (!_mayBeApplied || (_last.End == AttemptEnd.Answered && RetryPolicy.Settles(problem))) return new KvException(problem, _last.Error);
        return new OutcomeUnknownException(problem with { Outcome = Outcome.Unknown }, id?.Invoke(), _last.Error);
    }
}
