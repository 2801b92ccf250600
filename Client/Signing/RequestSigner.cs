using System.Buffers.Binary;
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Client.Signing;

/// <summary>
/// Signs operations with one key, in sessions of its own, so that each gets a nonce that nobody used before and that its session's window still
/// holds. Signing again what is under way gives another request; to repeat one, send the same bytes. Thread-safe.
/// </summary>
public sealed class RequestSigner : IDisposable
{
    private const int Sessions = 16;
    private const int LifetimeSecondsLeast = 60;
    private const ulong MillisecondsPerSecond = 1000;

    // A second less than what a replica bears, because the signature begins a second back.
    private const int LifetimeSecondsMost = (int)(Request.LifetimeMillisecondsMax / MillisecondsPerSecond) - 1;

    private readonly Ed25519PrivateKey _key;
    private readonly ClusterId _cluster;
    private readonly TimeProvider _clock;
    private readonly bool _ownsKey;
    private readonly (SessionId Id, SessionCounters Counters)[] _sessions;

    /// <summary>A signer with new sessions.</summary>
    /// <param name="key">The client's key.</param>
    /// <param name="cluster">The cluster that the requests are for.</param>
    /// <param name="clock">The wall clock.</param>
    /// <param name="ownsKey">Whether the key is disposed of with this.</param>
    public RequestSigner(Ed25519PrivateKey key, ClusterId cluster, TimeProvider clock, bool ownsKey = true)
    {
        _key = key;
        _ownsKey = ownsKey;
        _cluster = cluster;
        _clock = clock;
        _sessions = [.. Enumerable.Range(0, Sessions).Select(_ => (NewSession(), new SessionCounters()))];
    }

    /// <summary>A signer with a new key, which is forgotten with it.</summary>
    public static RequestSigner WithNewKey(ClusterId cluster, TimeProvider clock)
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        RandomNumberGenerator.Fill(seed);
        var key = new Ed25519PrivateKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        return new RequestSigner(key, cluster, clock);
    }

    /// <summary>The client's public key.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>The cluster that the requests are for.</summary>
    public ClusterId Cluster => _cluster;

    /// <summary>Signs an operation; null when too many requests are under way.</summary>
    /// <param name="operation">What is asked for.</param>
    /// <param name="lifetime">For how long it is going to be sent again; the signature is good for at least a minute, and never for over five.</param>
    public SignedRequest? TrySign(Operation operation, TimeSpan lifetime = default)
    {
        foreach (var (id, counters) in _sessions)
        {
            if (counters.TryTake(out var counter)) return Sign(operation, new Nonce(id, counter), lifetime, counters);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsKey) _key.Dispose();
    }

    private SignedRequest Sign(Operation operation, Nonce nonce, TimeSpan lifetime, SessionCounters counters)
    {
        var seconds = (ulong)Math.Clamp(Math.Ceiling(lifetime.TotalSeconds) + 1, LifetimeSecondsLeast, LifetimeSecondsMost);

        // A second back, because whole seconds are signed and a replica's clock may be a little behind.
        var created = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds() - 1;
        var unsigned = new Request
        {
            Client = _key.PublicKey,
            Nonce = nonce,
            Created = new Timestamp(created * MillisecondsPerSecond),
            Expires = new Timestamp((created + seconds) * MillisecondsPerSecond),
            Operation = operation,
            Signature = default,
        };
        var signatureBase = SignatureBase.Of(unsigned, _cluster);
        return new SignedRequest(unsigned.WithSignature(_key.Sign(signatureBase)), signatureBase, counters);
    }

    private static SessionId NewSession()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return new SessionId(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}

/// <summary>A request under way. Whoever holds it says when it has ended by disposing of it.</summary>
public sealed class SignedRequest(Request request, byte[] signatureBase, SessionCounters counters) : IDisposable
{
    private bool _ended;

    /// <summary>The request.</summary>
    public Request Request { get; } = request;

    /// <summary>The bytes that the client signed.</summary>
    public ReadOnlyMemory<byte> SignatureBase => signatureBase;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        counters.End(Request.Nonce.Counter);
    }
}
