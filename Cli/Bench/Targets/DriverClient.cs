using System.Collections.Immutable;
using System.Text.Json;
using KvStore.Cli.Bench.Loads;
using KvStore.Cli.Bench.Workloads;
using KvStore.Client;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.InProcess;
using KvStore.StateMachine;

namespace KvStore.Cli.Bench.Targets;

/// <summary>One client of a <see cref="DriverTarget"/>.</summary>
internal sealed class DriverClient(DriverTarget target, DriverSigner signer, IOperationSource source) : IBenchClient, IDisposable
{
    private readonly Queue<Prepared> _ahead = [];

    /// <summary>Operations for which there was no request signed ahead, so that signing was part of their latency.</summary>
    public long SignedInside { get; private set; }

    /// <summary>Signs the requests of its next operations before they are asked for.</summary>
    public void SignAhead(int count)
    {
        for (var i = 0; i < count; i++) _ahead.Enqueue(Prepare());
    }

    /// <inheritdoc/>
    public async ValueTask<OperationOutcome> RunNextAsync(CancellationToken cancel)
    {
        if (!_ahead.TryDequeue(out var prepared))
        {
            prepared = Prepare();
            if (prepared.IsSigned) SignedInside++;
        }

        var error = await RunAsync(prepared, cancel);
        source.Ended(prepared.Operation);
        return new OperationOutcome(prepared.Operation.Kind, error);
    }

    /// <inheritdoc/>
    public void Dispose() => signer.Dispose();

    private Prepared Prepare()
    {
        var operation = source.Next();
        var reads = operation.Kind is OperationKind.Get or OperationKind.Scan or OperationKind.ReadModifyWrite;
        var writes = operation.Kind is not (OperationKind.Get or OperationKind.Scan);
        var groups = operation.Kind == OperationKind.Scan ? target.Groups : [target.GroupOf(operation.Key)];
        return new Prepared(
            operation,
            groups,
            reads && target.Consistency != Consistency.Certified ? Parse(DriverOperations.Read(operation)) : null,
            reads && target.Consistency == Consistency.Certified ? [.. groups.Select(_ => signer.Sign(DriverOperations.Read(operation)))] : [],
            writes ? signer.Sign(DriverOperations.Write(operation)) : null);
    }

    private async ValueTask<string?> RunAsync(Prepared prepared, CancellationToken cancel)
    {
        try
        {
            for (var i = 0; i < prepared.Groups.Count; i++)
            {
                if (await ReadAsync(prepared, i, cancel) is { } refused) return refused;
            }

            return prepared.Write is { } write ? CodeOf((await prepared.Groups[0].SubmitAsync(write, cancel)).Result) : null;
        }
        catch (ShardUnavailableException exception)
        {
            return exception switch
            {
                NoQuorumException => "no-quorum",
                ShardBusyException => "busy",
                _ => "outcome-unknown",
            };
        }
    }

    private async ValueTask<string?> ReadAsync(Prepared prepared, int at, CancellationToken cancel)
    {
        var group = prepared.Groups[at];
        if (prepared.Read is { } command)
        {
            var state = target.Consistency == Consistency.Local ? group.ReadLocal() : await group.ReadLinearizableAsync(cancel);
            return CodeOf(state.Read(command));
        }

        return prepared.OrderedReads.IsEmpty ? null : CodeOf((await group.SubmitAsync(prepared.OrderedReads[at], cancel)).Result);
    }

    private Command Parse(Operation operation)
    {
        Invariant.Holds(OperationParser.TryParse(operation, target.Limits, out var command, out _));
        return command!;
    }

    private static string? CodeOf(OperationResult result) => result.Refused ? JsonNamingPolicy.KebabCaseLower.ConvertName(result.Code.ToString()) : null;

    private readonly record struct Prepared(
        BenchOperation Operation, IReadOnlyList<InProcessGroup> Groups, Command? Read, ImmutableArray<Request> OrderedReads, Request? Write)
    {
        public bool IsSigned => Write is not null || !OrderedReads.IsEmpty;
    }
}
