using KvStore.Protocol;

namespace KvStore.Replication.Gateways;

/// <summary>A request that was passed on to the replicas, and whose answer is not known yet.</summary>
/// <param name="Request">Its digest.</param>
/// <param name="Expires">When it can't be executed any more.</param>
public readonly record struct PendingRequest(Digest Request, Timestamp Expires);

/// <summary>
/// What a gateway passed on and nobody waits for any more: the replicas may execute it yet, so whoever asks about it is not told that it is unknown.
/// Bounded: the oldest are forgotten first. Not thread-safe.
/// </summary>
internal sealed class AbandonedRequests
{
    private const int RequestsMax = 4096;

    private readonly Queue<(PublicKey Client, Nonce Nonce, PendingRequest Pending)> _requests = [];

    public void Add(VerifiedRequest request)
    {
        if (_requests.Count == RequestsMax) _requests.Dequeue();
        _requests.Enqueue((request.Request.Client, request.Request.Nonce, new PendingRequest(request.Digest, request.Request.Expires)));
    }

    public PendingRequest? Find(PublicKey client, Nonce nonce)
    {
        foreach (var request in _requests)
        {
            if (request.Nonce == nonce && request.Client == client) return request.Pending;
        }

        return null;
    }
}
