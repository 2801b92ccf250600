using System.Collections.Immutable;
using KvStore.Consensus;
using KvStore.Protocol;
using KvStore.Replication.Gateways;
using KvStore.Replication.Hosting;
using KvStore.Replication.Ports;

namespace KvStore.Replication.Faults;

/// <summary>
/// One replica's tamper as its node uses it: from many threads, which take turns. It is there before the replica runs, and outlives it when that is stopped and
/// started again.
/// </summary>
internal sealed class Tampering : ITamperedReplica, IDisposable
{
    private readonly ReplicaOptions _replica;
    private readonly TimeProvider _clock;
    private readonly Func<ReplicaHost?> _host;
    private readonly Lock _gate = new();
    private readonly IStatementTamper _tamper;
    private TamperedTransport? _transport;

    /// <summary>Makes the tamper.</summary>
    /// <param name="faults">What the replica does wrong.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="context">Where its signatures count.</param>
    /// <param name="signer">Signs as it.</param>
    /// <param name="clock">The clock of its node.</param>
    /// <param name="host">What it runs in; null while it does not run.</param>
    public Tampering(FaultsByDesign faults, ReplicaOptions replica, StatementContext context, IStatementSigner signer, TimeProvider clock, Func<ReplicaHost?> host)
    {
        (_replica, Context, Signer, _clock, _host) = (replica, context, signer, clock, host);
        Names = faults.Names;
        _tamper = faults.Tamper(this);
    }

    /// <summary>What the replica does wrong.</summary>
    public ImmutableArray<string> Names { get; }

    public ReplicaId Self => _replica.Self;

    public GroupConfig Group => _replica.Group;

    public ConsensusConfig Config => _replica.Config;

    public StatementContext Context { get; }

    public IStatementSigner Signer { get; }

    public Timestamp Clock => new((ulong)_clock.GetUtcNow().ToUnixTimeMilliseconds());

    // The replica belongs to the thread of its rounds. What others read of it here is one number each, which may be old: liars are not proven wrong by that.
    public View View => _host()?.Replica.View ?? View.Initial;

    public SequenceNumber Executed => _host()?.Replica.Executed ?? SequenceNumber.Genesis;

    public bool IsPrimary => _host() is { } host && host.Replica.Primary == Self;

    /// <summary>What the replica sends over a transport, as the tamper has it. There is one for the whole time.</summary>
    public IPeerTransport Over(IPeerTransport transport)
    {
        Invariant.Holds(_transport is null);
        return _transport = new TamperedTransport(transport, this, _clock);
    }

    /// <summary>How the replica's gateway reaches the others over that transport.</summary>
    public IGatewayOutlet OutletOver(IPeerTransport transport) => new TransportOutlet(Self, transport, _host, this);

    /// <summary>What is sent to one receiver.</summary>
    public IReadOnlyList<Said> Say(ReplicaId to, PeerMessage message)
    {
        lock (_gate) return [.. _tamper.Say(to, message)];
    }

    /// <summary>What is taken in place of what came; null for nothing.</summary>
    public PeerMessage? Hear(ReplicaId from, PeerMessage message)
    {
        lock (_gate) return _tamper.Hear(from, message);
    }

    /// <summary>What is held back is not sent any more.</summary>
    public void Dispose() => _transport?.Dispose();
}
