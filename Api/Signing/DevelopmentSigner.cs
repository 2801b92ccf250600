using System.Buffers.Binary;
using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Api.Signing;

/// <summary>
/// Signs unsigned requests with a key that lives as long as the process. http-api.md section 4, "Development": so every request that is ordered is
/// signed, and every replica checks it like a client's. Thread-safe.
/// </summary>
internal sealed class DevelopmentSigner : IDisposable
{
    private const int Sessions = 16;
    private const int LifetimeSeconds = 60;
    private const ulong MillisecondsPerSecond = 1000;

    private readonly Ed25519PrivateKey _key;
    private readonly ClusterId _cluster;
    private readonly TimeProvider _clock;
    private readonly (SessionId Id, SessionCounters Counters)[] _sessions;

    /// <summary>A signer with a new key and new sessions.</summary>
    public DevelopmentSigner(ClusterId cluster, TimeProvider clock)
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        RandomNumberGenerator.Fill(seed);
        _key = new Ed25519PrivateKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        _cluster = cluster;
        _clock = clock;
        _sessions = [.. Enumerable.Range(0, Sessions).Select(_ => (NewSession(), new SessionCounters()))];
    }

    /// <summary>The key under which unsigned requests are ordered.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>Signs an operation; null when too many requests are under way.</summary>
    public SignedRequest? TrySign(Operation operation)
    {
        foreach (var (id, counters) in _sessions)
        {
            if (counters.TryTake(out var counter)) return new SignedRequest(Sign(operation, new Nonce(id, counter)), counters);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private Request Sign(Operation operation, Nonce nonce)
    {
        // A second back, because whole seconds are signed and a replica's clock may be a little behind.
        var created = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds() - 1;
        var unsigned = new Request
        {
            Client = _key.PublicKey,
            Nonce = nonce,
            Created = new Timestamp(created * MillisecondsPerSecond),
            Expires = new Timestamp((created + LifetimeSeconds) * MillisecondsPerSecond),
            Operation = operation,
            Signature = default,
        };
        var signature = _key.Sign(SignatureBase.Of(unsigned, _cluster));
        return new Request
        {
            Client = unsigned.Client,
            Nonce = nonce,
            Created = unsigned.Created,
            Expires = unsigned.Expires,
            Operation = operation,
            Signature = signature,
        };
    }

    private static SessionId NewSession()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return new SessionId(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}

/// <summary>A request under way. Whoever holds it says when it has ended by disposing of it.</summary>
internal sealed class SignedRequest(Request request, SessionCounters counters) : IDisposable
{
    private bool _ended;

    /// <summary>The request.</summary>
    public Request Request { get; } = request;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        counters.End(Request.Nonce.Counter);
    }
}
