using System.Numerics;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Ports;
using KvStore.StateMachine;

namespace KvStore.Replication.Hosting;

/// <summary>Passes what a driver tells on to the node's gateway, its log and its counters.</summary>
internal sealed class NodeEvents(HostOptions options, NodeGateway gateway) : INodeEvents
{
    private readonly long[] _contradictions = new long[options.Driver.Replica.Group.Replicas];

    private int Replica => options.Driver.Replica.Self.Index;

    private uint Shard => options.Driver.Verifier.Context.Group.Number;

    public void OnExecuted(ExecutedBatch batch, Signed<Executed> own) => gateway.OnOwnExecuted(batch, own);

    public void OnInstalled(ShardState state)
    {
        options.Logger.SnapshotInstalled(Replica, Shard, state.Sequence.Number);
        gateway.OnInstalled(state.Sequence);
    }

    public void OnFoundExecuted(Digest request, OperationResult result, SequenceNumber sequence) =>
        gateway.OnFoundExecuted(new GatewayAnswer(request, result, Replayed: true, sequence));

    public void OnOwnReadIndex(ReadIndexAnswer answer) => gateway.OnReadIndexAnswer(options.Driver.Replica.Self, answer);

    public void OnRefused(Digest request) => gateway.OnRefused(request);

    public void OnRejected(RejectionKind kind, ReplicaId from)
    {
        // Logged at powers of two: a flood writes a few lines.
        var count = options.Rejections.Add(kind, from);
        if (BitOperations.IsPow2(count)) options.Logger.Rejected(Replica, Shard, count, from.Index, kind);
        if (kind.ShowsFault() && from != options.Driver.Replica.Self) options.PeerIsFaulty?.Invoke(kind, from);
    }

    public void OnSuspected(SuspicionKind kind, ReplicaId of)
    {
        if (options.Rejections.Suspicions.Add(kind, of) is { } count && BitOperations.IsPow2(count)) options.Logger.Suspected(Replica, Shard, of.Index, (int)kind, kind, count);
    }

    public void OnEquivocation(Signed earlier, Signed later)
    {
        if (options.Evidence.Add(earlier, later) is { } problem) options.Logger.EvidenceNotWritten(Replica, Shard, problem);
        var count = ++_contradictions[later.Signer.Index];
        if (BitOperations.IsPow2(count)) options.Logger.Equivocation(Replica, Shard, later.Signer.Index, count, earlier.UntypedStatement, later.UntypedStatement);
    }

    public void OnForgotten(Signed statement) => options.Logger.LogIsBehind(Replica, Shard, statement.UntypedStatement);

    public void OnViewChanged(ViewChanged change) => options.Logger.ViewChanged(Replica, Shard, change.View.Number, change.Active);
}
