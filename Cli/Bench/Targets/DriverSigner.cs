using System.Security.Cryptography;
using KvStore.Protocol;

namespace KvStore.Cli.Bench.Targets;

/// <summary>
/// One client's key and session, with counters in order: it has one request under way at a time, so its session's window never closes. Its requests
/// live as long as may be, because they may be signed long before they are sent.
/// </summary>
internal sealed class DriverSigner(ClusterId cluster) : IDisposable
{
    private const int MillisecondsPerSecond = 1000;
    private const int LifetimeSeconds = (int)(Request.LifetimeMillisecondsMax / MillisecondsPerSecond);

    private readonly Ed25519PrivateKey _key = NewKey();
    private ulong _counter;

    /// <summary>Signs an operation under the next nonce.</summary>
    public Request Sign(Operation operation)
    {
        // A second back, because whole seconds are signed and a replica's clock may be a little behind.
        var created = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1;
        var unsigned = new Request
        {
            Client = _key.PublicKey,
            Nonce = new Nonce(new SessionId(1), _counter++),
            Created = new Timestamp(created * MillisecondsPerSecond),
            Expires = new Timestamp((created + LifetimeSeconds) * MillisecondsPerSecond),
            Operation = operation,
            Signature = default,
        };
        return unsigned.WithSignature(_key.Sign(SignatureBase.Of(unsigned, cluster)));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static Ed25519PrivateKey NewKey()
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        RandomNumberGenerator.Fill(seed);
        return new Ed25519PrivateKey(seed);
    }
}
