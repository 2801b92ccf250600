using KvStore.Api.Problems;
using KvStore.Api.Requests;
using KvStore.Client.Signing;
using KvStore.Protocol;
using KvStore.Replication;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;

namespace KvStore.Api;

/// <summary>What a shard said, or why it said nothing.</summary>
/// <param name="Result">The result, which may be a refusal; null when there is a problem.</param>
/// <param name="Replayed">Whether the result is the first one again.</param>
/// <param name="Problem">Why there is no result.</param>
internal readonly record struct ShardAnswer(OperationResult? Result, bool Replayed, ProblemResult? Problem);

/// <summary>Carries out operations on a shard, and turns its being unable to into problems.</summary>
internal sealed class ShardGateway(InProcessGroup group, StateLimits limits, ClusterId cluster, RequestSigner signer)
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
        var (state, problem) = await StateAsync(incoming.Operation, consistency, cancel);
        return new ShardAnswer(state?.Read(command), Replayed: false, problem);
    }

    /// <summary>The state that a read sees; a listing that goes on over several requests keeps it.</summary>
    public async ValueTask<(ShardState? State, ProblemResult? Problem)> StateAsync(Operation operation, Consistency consistency, CancellationToken cancel)
    {
        try
        {
            return (consistency == Consistency.Local ? group.LocalState : await group.ReadLinearizableAsync(cancel), null);
        }
        catch (ShardUnavailableException exception)
        {
            return (null, Unavailable(exception, operation, mayBeApplied: false));
        }
    }

    /// <summary>Registers for the next change of a key, to be read afterwards; null with a problem when that can't be.</summary>
    public KeyWaiter? WaitForChange(Key key, Operation operation, out ProblemResult? problem)
    {
        problem = null;
        try
        {
            return group.WaitForChange(key);
        }
        catch (ShardUnavailableException exception)
        {
            problem = Unavailable(exception, operation, mayBeApplied: false);
            return null;
        }
    }

    /// <summary>Signs an operation, has it ordered, and waits for the answer of w replicas.</summary>
    public async ValueTask<ShardAnswer> OrderAsync(Incoming incoming, CancellationToken cancel)
    {
        var operation = incoming.Operation;
        // Asked before the request is handed over, because afterwards nobody can say that it will not be applied.
        if (!group.HasQuorum) return Failed(NoQuorum(mayBeApplied: false, operation, null, _retryAfter));
        using var signed = signer.TrySign(operation);
        if (signed is null) return Failed(Full());
        try
        {
            var answer = await group.SubmitAsync(signed.Request, cancel);
            return new ShardAnswer(answer.Result, answer.Replayed, null);
        }
        catch (ShardUnavailableException exception)
        {
            return Failed(Unavailable(exception, operation, mayBeApplied: true, signed.Request.DigestFor(cluster)));
        }
    }

    private static ProblemResult Full() =>
        new(ProblemKinds.Busy, "The gateway has too many requests under way. Nothing was applied; try again.") { RetryAfter = _retryAfter };

    private static ShardAnswer Failed(ProblemResult problem) => new(null, Replayed: false, problem);

    private ProblemResult Unavailable(ShardUnavailableException exception, Operation operation, bool mayBeApplied, Digest? request = null) => exception switch
    {
        NoQuorumException => NoQuorum(mayBeApplied, operation, request, exception.RetryAfter),
        ShardBusyException => new ProblemResult(ProblemKinds.Busy, exception.Message) { RetryAfter = exception.RetryAfter, Shard = Shard },
        OutcomeUnknownException => new ProblemResult(ProblemKinds.OutcomeUnknown, $"{exception.Message}{Advice(mayBeApplied, operation)}")
        {
            RetryAfter = exception.RetryAfter,
            Shard = Shard,
            Outcome = mayBeApplied ? Outcome.Unknown : Outcome.NotApplied,
            Retryable = IsRetryable(mayBeApplied, operation),
            Request = request?.ToString(),
        },
        _ => throw new InvalidOperationException("A shard can be unavailable in a way that the gateway does not know.", exception),
    };

    private ProblemResult NoQuorum(bool mayBeApplied, Operation operation, Digest? request, TimeSpan retryAfter) =>
        new(ProblemKinds.NoQuorum, $"Too few replicas of shard {Shard} answer to make a quorum. Try again when it has one.{Advice(mayBeApplied, operation)}")
        {
            RetryAfter = retryAfter,
            Shard = Shard,
            Outcome = mayBeApplied ? Outcome.Unknown : Outcome.NotApplied,
            Retryable = IsRetryable(mayBeApplied, operation),
            Request = request?.ToString(),
        };

    // An unsigned request gets a new nonce each time, so the shard takes a repetition for another request.
    private static bool IsRetryable(bool mayBeApplied, Operation operation) =>
        !mayBeApplied || operation.Method is not (OperationMethod.Post or OperationMethod.Patch);

    private static string Advice(bool mayBeApplied, Operation operation) =>
        IsRetryable(mayBeApplied, operation) ? "" : " An unsigned request that is sent again is another request: read the value before you repeat this one.";
}
