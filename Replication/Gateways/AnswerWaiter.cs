using KvStore.Protocol;
using KvStore.StateMachine;

namespace KvStore.Replication.Gateways;

/// <summary>
/// Someone who waits for a gateway's answer. It completes with null when the node stops first. One object is all that a request costs here: the task, the
/// callback of the core, and the place in the gateway's list of those who wait.
/// </summary>
/// <typeparam name="T">The answer.</typeparam>
internal abstract class AnswerWaiter<T>(NodeGateway gateway, long deadline)
    : TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private CancellationTokenRegistration _registration;

    /// <summary>When its caller waits no more: a <see cref="System.Diagnostics.Stopwatch"/> timestamp.</summary>
    public long Deadline => deadline;

    protected NodeGateway Gateway => gateway;

    /// <summary>Ends the wait when the caller says so.</summary>
    public void CancelWith(CancellationToken cancel)
    {
        if (!cancel.CanBeCanceled) return;
        _registration = cancel.UnsafeRegister(static (self, token) => ((AnswerWaiter<T>)self!).Cancel(token), this);
        if (Task.IsCompleted) _registration.Unregister(); // It was answered before it was registered, and nobody else will do this.
    }

    /// <summary>Completes it.</summary>
    public void Complete(T? answer)
    {
        if (TrySetResult(answer)) _registration.Unregister();
    }

    /// <summary>Fails it.</summary>
    protected void Fail(Exception exception)
    {
        if (TrySetException(exception)) _registration.Unregister();
    }

    /// <summary>Takes it off the gateway's list.</summary>
    protected abstract void Forget();

    private void Cancel(CancellationToken cancel)
    {
        Forget();
        TrySetCanceled(cancel);
    }
}

/// <summary>Someone who waits for a request to be ordered and executed.</summary>
internal sealed class RequestWaiter : AnswerWaiter<GatewayAnswer>
{
    public RequestWaiter(NodeGateway gateway, VerifiedRequest request, long deadline)
        : base(gateway, deadline)
    {
        Request = request;
        Done = answer => Gateway.OnAnswered(this, answer);
    }

    /// <summary>The request.</summary>
    public VerifiedRequest Request { get; }

    /// <summary>What the core calls with the answer.</summary>
    public Action<GatewayAnswer> Done { get; }

    /// <summary>Another one who waits for the same request.</summary>
    public RequestWaiter? Next { get; set; }

    /// <summary>The answer did not come in time.</summary>
    public void Expire() => Fail(new OutcomeUnknownException(Request.Digest));

    protected override void Forget() => Gateway.Forget(this);
}

/// <summary>Someone who waits for the node's state to hold everything that was acknowledged before.</summary>
internal sealed class ReadWaiter : AnswerWaiter<ShardView>
{
    public ReadWaiter(NodeGateway gateway, long deadline)
        : base(gateway, deadline) => Ready = () => Gateway.OnReady(this);

    /// <summary>What the core calls when the state is there.</summary>
    public Action Ready { get; }

    protected override void Forget() => Gateway.Forget(this);
}
