using KvStore.Api.Requests;
using KvStore.Protocol;

namespace KvStore.Api.Values;

/// <summary>
/// <c>GET /v1/kv/{key}?wait=30s</c>: waits until the value is not the one that <c>If-None-Match</c> names any more; without that header, until the key is
/// there. Woken by the shard's changes, and never asks in between.
/// </summary>
internal static class ValueWaits
{
    /// <summary>Reads a value when there is something new, or when the time is over.</summary>
    public static async ValueTask<ShardAnswer> ReadAsync(HttpContext context, ShardGateway gateway, ValueRead read, TimeSpan wait)
    {
        // A server that is told to end must not wait for those who wait.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        over.CancelAfter(wait);
        while (true)
        {
            using var waiter = gateway.WaitForChange(read.Command.Key, out var problem);
            if (waiter is null) return new ShardAnswer(null, Replayed: false, problem);
            var answer = await gateway.ReadAsync(read.Incoming, read.Command, read.Consistency, context.RequestAborted);
            if (answer.Result is not { } result || !IsAwaited(read, result)) return answer;
            await waiter.Changed.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.RequestAborted.ThrowIfCancellationRequested();

            // Once more when the time is over: the node that woke nobody need not be the one that was read.
            if (over.IsCancellationRequested) return await gateway.ReadAsync(read.Incoming, read.Command, read.Consistency, context.RequestAborted);
        }
    }

    // A key that is absent although the client has a value of it was deleted, which is news.
    private static bool IsAwaited(ValueRead read, OperationResult result) =>
        result.Code == ResultCode.NotModified || (result.Code == ResultCode.NotFound && read.Command.Conditions.IfNoneMatch is null);
}
