using KvStore.Protocol;
using KvStore.Replication.Pool.Network;
using Microsoft.Extensions.Logging;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>What the parts of a node's network of envelopes share.</summary>
internal sealed class EnvelopeCore(EnvelopeNetworkOptions options, IEnvelopeCarrier carrier, ILogger logger) : IDisposable
{
    public EnvelopeNetworkOptions Options => options;

    public EnvelopeLimits Window => options.Window;

    public IEnvelopeCarrier Carrier => carrier;

    public ILogger Logger => logger;

    public GroupTable Groups { get; } = new();

    /// <summary>The key of this run.</summary>
    public RunKey Run { get; } = new(options.Cluster, options.Self);

    /// <summary>Something is broken that no peer can break: a node that is deaf and does not know it would be worse than one that has stopped. Never gives true.</summary>
    public bool EndProcess(Exception broken, ReplicaId peer)
    {
        logger.NetworkBroken(broken, options.Self.Index, peer.Index);
        Environment.FailFast("The network of this node is broken.", broken);
        return false;
    }

    public void Dispose() => Run.Dispose();
}
