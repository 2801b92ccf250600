using KvStore.Protocol;
using KvStore.Replication.Pool.Network;

namespace KvStore.Replication.Pool.Envelopes;

/// <summary>
/// One peer: what is sealed for it and what it has sealed. A run of it is known as soon as it has sealed something under the keys that its introduction and this
/// run's make; until then messages for it are lost, as they are without a connection. Thread-safe; nothing here waits for the peer.
/// </summary>
internal sealed class EnvelopePeer : ISendLine
{
    private readonly EnvelopeCore _core;
    private readonly ReplicaId _id;
    private readonly PeerCounters _counters;
    private readonly EnvelopeInbox _inbox;
    private readonly Lock _gate = new();

    // Held while keys are used that are gone when the network has stopped.
    private readonly Lock _introducing = new();
    private readonly List<byte[]> _frames = [];
    private EnvelopeSession? _known;
    private EnvelopeSession? _introduced;
    private long _heard;
    private int _hellos;
    private bool _isQuiet;
    private volatile bool _stopped;

    public EnvelopePeer(EnvelopeCore core, ReplicaId id, SendPump pump)
    {
        (_core, _id) = (core, id);
        _counters = new PeerCounters(core.Options.Self, id, core.Options.Limits, core.Options.Clock, core.Logger);
        _inbox = new EnvelopeInbox(core, id, _counters);
        Queue = new SendQueue(core.Options.Limits, pump, OnDropped);
    }

    /// <inheritdoc/>
    public SendQueue Queue { get; }

    public PeerStatus Status => _counters.Status(_core.Carrier.AddressOf(_id), sending: Queue.IsOpen, receiving: Queue.IsOpen, Queue.Bytes);

    /// <inheritdoc/>
    public void OnDropped(DropKind kind) => _counters.OnDropped(kind);

    /// <summary>The node's replica rejected something of it.</summary>
    public void OnRejected(RejectionKind kind) => _counters.OnRejected(kind);

    /// <summary>Sends what waits, and takes what comes, until <see cref="Stop"/>.</summary>
    public Task RunAsync() => Task.WhenAll(SendAllAsync(), _inbox.RunAsync());

    /// <summary>Ends <see cref="RunAsync"/>.</summary>
    public void Stop()
    {
        lock (_introducing) _stopped = true;
        Queue.Close();
        Queue.Wake();
        _inbox.Close();
    }

    /// <summary>Introduces this run, or shows that it is there; and gives up what is lost.</summary>
    public void OnTick()
    {
        byte[]? sign = null;
        byte[]? proof = null;
        lock (_gate)
        {
            _hellos = 0;
            if (Queue.IsOpen && _core.Options.Clock.GetElapsedTime(_heard) > _core.Window.DeadAfter) Queue.Close();
            if (_known?.GiveUpLate() == true) Queue.Wake();
            if (_isQuiet || _known?.HasUnreported == true) sign = SealSign(_known);
            proof = SealSign(_introduced);
            _isQuiet = true;
        }

        if (!Queue.IsOpen) _core.Carrier.Send(_id, OwnHello(asks: true));
        if (sign is not null) _core.Carrier.Send(_id, sign);
        if (proof is not null) _core.Carrier.Send(_id, proof);
    }

    /// <summary>Takes an introduction that claims to be the peer's.</summary>
    public void OnHello(ReadOnlyMemory<byte> envelope)
    {
        lock (_gate)
        {
            if (++_hellos > _core.Window.HellosPerTickMax) return;
        }

        List<byte[]> answers = [];
        lock (_introducing)
        {
            if (!_stopped) TakeHello(envelope, answers);
        }

        // Outside the lock: a carrier may deliver at once.
        foreach (var answer in answers) _core.Carrier.Send(_id, answer);
    }

    /// <summary>Takes an envelope that claims to be sealed by the peer.</summary>
    public void OnSealed(ReadOnlyMemory<byte> envelope)
    {
        if (_stopped || envelope.Length is < SealedForm.LengthMin or > SealedForm.LengthMax || _counters.IsShutOut) return;
        var (known, introduced) = Sessions();
        var session = known?.IsGenuine(envelope.Span) == true ? known : introduced?.IsGenuine(envelope.Span) == true ? introduced : null;
        if (session is null) return;
        byte[]? report = null;
        lock (_gate)
        {
            if (session == _introduced) (_known, _introduced) = (session, null);
            if (session != _known || !session.OnReceived(envelope.Span, out var roundTrip)) return;
            OnHeard(roundTrip);
            if (session.OwesReport) report = SealSign(session);
        }

        Queue.Wake(); // What it reports may have made room.
        if (report is not null) _core.Carrier.Send(_id, report);
        if (envelope.Length > SealedForm.LengthMin) _inbox.Add(envelope);
    }

    private void TakeHello(ReadOnlyMemory<byte> envelope, List<byte[]> answers)
    {
        if (Hello.TryOpen(envelope, _core.Options.Cluster, _core.Options.Nodes[_id.Index]) is not { } hello) return;
        byte[]? sign;
        lock (_gate)
        {
            if (hello.Point != _known?.Point && hello.Point != _introduced?.Point) _introduced = SessionWith(hello.Point) ?? _introduced;
            sign = SealSign(hello.Point == _known?.Point ? _known : _introduced);
        }

        if (hello.Asks) answers.Add(OwnHello(asks: false));
        if (sign is not null) answers.Add(sign);
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (!_stopped)
            {
                await Queue.WaitAsync();
                if (!TrySeal(out var envelope)) continue;
                _core.Carrier.Send(_id, envelope);
                Queue.Wake(); // Other peers share the thread: what is left is sent after what is for them.
            }
        }
        catch (Exception broken) when (_core.EndProcess(broken, _id))
        {
            throw; // Never reached: the filter ends the process.
        }
    }

    private bool TrySeal(out byte[] envelope)
    {
        lock (_gate)
        {
            envelope = [];
            if (_known is not { HasRoom: true } session) return false;
            _frames.Clear();
            Queue.Take(_frames, _core.Window.GatherBytes);
            if (_frames.Count == 0) return false;
            envelope = session.Seal(EndsTo(EnvelopeKind.Sealed), _frames);
            _isQuiet = false;
            _counters.OnSent(_frames.Count, envelope.Length);
            return true;
        }
    }

    private (EnvelopeSession? Known, EnvelopeSession? Introduced) Sessions()
    {
        lock (_gate) return (_known, _introduced);
    }

    // Under the gate.
    private void OnHeard(TimeSpan? roundTrip)
    {
        _heard = _core.Options.Clock.GetTimestamp();
        if (roundTrip is { } time) _counters.OnPong(time);
        else _counters.OnReceived(0, 0);
        if (Queue.IsOpen || _stopped) return;
        _counters.OnConnected();
        Queue.Open();
    }

    private EnvelopeSession? SessionWith(RunPoint point) =>
        _core.Run.TryShare(_id, point) is { } keys ? new EnvelopeSession(point, keys, _core.Window, _core.Options.Clock) : null;

    private byte[]? SealSign(EnvelopeSession? session) => session?.Seal(EndsTo(EnvelopeKind.Sealed), []);

    private byte[] OwnHello(bool asks) => new Hello(_core.Options.Self, _id, asks, _core.Run.Point).Encode(_core.Options.Cluster, _core.Options.Key);

    private EnvelopeEnds EndsTo(EnvelopeKind kind) => new(kind, _core.Options.Self, _id);
}
