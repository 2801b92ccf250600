using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>
/// A message under way. Messages are immutable, so all receivers share it, and with it the outcome of its verification, which depends on nothing else.
/// </summary>
/// <param name="message">The message.</param>
/// <param name="isLie">Whether a liar made it, so that it need not be well formed.</param>
internal sealed class Packet(PeerMessage message, bool isLie = false)
{
    private VerifiedMessage? _verified;
    private RejectionKind _rejection;
    private bool _judged;

    public PeerMessage Message => message;

    public VerifiedMessage? Verify(MessageVerifier verifier, out RejectionKind rejection)
    {
        if (!_judged)
        {
            _judged = true;
            if (verifier.TryVerify(message, out var verified, out _rejection)) _verified = verified;
        }

        rejection = _rejection;
        return _verified;
    }

    /// <summary>The message as a peer would read it from the wire; null when nobody can.</summary>
    public Packet? ThroughTheWire(StatementContext context)
    {
        var bytes = MessageCodec.Encode(context, message);
        var read = MessageCodec.Decode(context, bytes, out var rejection);
        if (isLie) return read is null ? null : new Packet(read, isLie);
        if (read is null) throw new InvalidOperationException($"A {message.Kind} message does not survive the wire: {rejection}.");
        if (!MessageCodec.Encode(context, read).AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException($"A {message.Kind} message changes on the wire.");
        return new Packet(read, isLie);
    }
}
