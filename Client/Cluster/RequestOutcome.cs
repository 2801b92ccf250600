namespace KvStore.Client;

/// <summary>What the cluster knows of a request.</summary>
public enum RequestState
{
    /// <summary>Nothing: it was never executed, or so long ago that it expired.</summary>
    Unknown,

    /// <summary>It is under way.</summary>
    Pending,

    /// <summary>It was executed.</summary>
    Executed,
}

/// <summary>What became of a request.</summary>
/// <param name="State">What the cluster knows of it.</param>
/// <param name="Json">The whole answer, as JSON: with the result of one that was executed.</param>
public sealed record RequestOutcome(RequestState State, ReadOnlyMemory<byte> Json);

/// <summary>The answer of <c>/v1/requests</c>.</summary>
internal sealed record OutcomeDocument(string? State);
