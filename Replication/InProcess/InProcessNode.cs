using KvStore.Protocol;
using KvStore.Replication.Accountability;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.StateMachine;

namespace KvStore.Replication.InProcess;

/// <summary>A group of this process as one of its nodes serves it: that node's gateway is asked first.</summary>
internal sealed class InProcessNode(InProcessGroup group, int firstNode) : IShardGroup
{
    public GroupId Id => group.Id;

    public MessageVerifier Verifier => group.Verifier;

    public EvidenceKeeper Evidence => group.Evidence;

    public bool HasQuorum => group.HasQuorum;

    public bool IsCatchingUp => false; // A node that lags is asked last.

    public bool IsDiskFull => false; // Likewise.

    public IReadOnlyList<ReplicaStatus> Statuses => group.Statuses;

    public int KeyWaiters => group.KeyWaiters;

    public ShardView ReadLocal() => group.ReadLocal(firstNode);

    public Task<ShardView> ReadLinearizableAsync(CancellationToken cancel) => group.ReadLinearizableAsync(cancel, firstNode);

    public Task<ResultLookup> FindResultAsync(PublicKey client, Nonce nonce, CancellationToken cancel) => group.FindResultAsync(client, nonce, cancel, firstNode);

    public Task<GatewayAnswer> SubmitAsync(VerifiedRequest request, CancellationToken cancel) => group.SubmitAsync(request, cancel, firstNode);

    public PendingRequest? FindPending(PublicKey client, Nonce nonce) => group.FindPending(client, nonce);

    public KeyWaiter WaitForChange(Key key) => group.WaitForChange(key, firstNode);
}
