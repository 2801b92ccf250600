using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Client.Signing;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using KvStore.StateMachine;

namespace KvStore.Api;

/// <summary>What a shard said, or why it said nothing.</summary>
/// <param name="Result">The result, which may be a refusal; null when there is a problem.</param>
/// <param name="Replayed">Whether the result is the first one again.</param>
/// <param name="Problem">Why there is no result.</param>
internal readonly record struct ShardAnswer(OperationResult? Result, bool Replayed, ProblemResult? Problem)
{
    /// <summary>Says in the answer's headers when it is the first one again. http-api.md section 3.</summary>
    public void MarkReplay(HttpResponse response)
    {
        if (Replayed) response.Headers[KvHeaders.IdempotentReplayed] = "true";
    }
}

/// <summary>Carries out operations on a shard, and turns its being unable to into problems.</summary>
/// <param name="group">The shard's group.</param>
/// <param name="limits">The limits of its state.</param>
/// <param name="signer">Signs for clients that do not.</param>
internal sealed class ShardGateway(IShardGroup group, StateLimits limits, RequestSigner signer)
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The shard's number.</summary>
    public uint Shard => group.Id.Number;

    /// <summary>The limits of its state.</summary>
    public StateLimits Limits => limits;

    /// <summary>Carries out a command that only reads. protocol.md section 7.</summary>
    public async ValueTask<ShardAnswer> ReadAsync(Incoming incoming, Command command, Consistency consistency, CancellationToken cancel)
    {
        if (consistency == Consistency.Certified) return await OrderAsync(incoming, cancel);
        var (state, problem) = await StateAsync(consistency, cancel);
        return new ShardAnswer(state?.Read(command), Replayed: false, problem);
    }

    /// <summary>The state that a read sees; a listing that goes on over several requests keeps it.</summary>
    public async ValueTask<(ShardView? State, ProblemResult? Problem)> StateAsync(Consistency consistency, CancellationToken cancel)
    {
        try
        {
            return (consistency == Consistency.Local ? group.ReadLocal() : await group.ReadLinearizableAsync(cancel), null);
        }
        catch (ShardUnavailableException exception)
        {
            return (null, Unavailable(exception, null));
        }
    }

    /// <summary>Registers for the next change of a key, to be read afterwards; null with a problem when that can't be.</summary>
    public KeyWaiter? WaitForChange(Key key, out ProblemResult? problem)
    {
        problem = null;
        try
        {
            return group.WaitForChange(key);
        }
        catch (ShardUnavailableException exception)
        {
            problem = Unavailable(exception, null);
            return null;
        }
    }

    /// <summary>Has a request ordered, which is signed here when its client did not, and waits for the answer of w replicas.</summary>
    public async ValueTask<ShardAnswer> OrderAsync(Incoming incoming, CancellationToken cancel)
    {
        // Asked before the request is handed over, because afterwards nobody can say that it will not be applied.
        if (!group.HasQuorum) return Failed(NoQuorum(null, _retryAfter));
        if (incoming.Signed is { } own)
        {
            var answer = await SubmitAsync(new HandedOver(own, IsClients: true), cancel);
            return answer.Result is { } result && ResultProblems.OfSigned(result, Shard) is { } refused ? Failed(refused) : answer;
        }

        using var signed = signer.TrySign(incoming.Operation);
        if (signed is null) return Failed(Full());
        Invariant.Holds(group.Verifier.TryVerify(signed.Request, out var verified));
        return await SubmitAsync(new HandedOver(verified, IsClients: false), cancel);
    }

    private async ValueTask<ShardAnswer> SubmitAsync(HandedOver request, CancellationToken cancel)
    {
        try
        {
            var answer = await group.SubmitAsync(request.Verified, cancel);
            return new ShardAnswer(answer.Result, answer.Replayed, null);
        }
        catch (ShardUnavailableException exception)
        {
            return Failed(Unavailable(exception, request));
        }
    }

    private static ProblemResult Full() =>
        new(ProblemKinds.Busy, "The gateway has too many requests under way. Nothing was applied; try again.") { RetryAfter = _retryAfter };

    private static ShardAnswer Failed(ProblemResult problem) => new(null, Replayed: false, problem);

    // Without a request, nothing was handed over that could be applied.
    private ProblemResult Unavailable(ShardUnavailableException exception, HandedOver? request) => exception switch
    {
        NoQuorumException => NoQuorum(request, exception.RetryAfter),
        CatchingUpException => new ProblemResult(ProblemKinds.CatchingUp, $"{exception.Message} Ask another node.") { RetryAfter = exception.RetryAfter, Shard = Shard },
        ClientBusyException => new ProblemResult(ProblemKinds.TooManyRequests, exception.Message) { RetryAfter = exception.RetryAfter, Shard = Shard },
        ShardBusyException => new ProblemResult(ProblemKinds.Busy, exception.Message) { RetryAfter = exception.RetryAfter, Shard = Shard },
        OutcomeUnknownException => Doubtful(ProblemKinds.OutcomeUnknown, "The answer did not come in time.", request, exception.RetryAfter),
        _ => throw new InvalidOperationException("A shard can be unavailable in a way that the gateway does not know.", exception),
    };

    private ProblemResult NoQuorum(HandedOver? request, TimeSpan retryAfter) =>
        Doubtful(ProblemKinds.NoQuorum, $"Too few replicas of shard {Shard} answer to make a quorum. Try again when it has one.", request, retryAfter);

    private ProblemResult Doubtful(ProblemKind kind, string detail, HandedOver? request, TimeSpan retryAfter) => new(kind, $"{detail}{request?.Advice}")
    {
        RetryAfter = retryAfter,
        Shard = Shard,
        Outcome = request is null ? Outcome.NotApplied : Outcome.Unknown,
        Retryable = request?.IsRetryable ?? true,
        Request = request?.Verified.Digest.ToString(),
        OutcomeUrl = request?.OutcomeUrl,
    };
}
