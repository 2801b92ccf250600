using System.Text;
using KvStore.Protocol;

namespace KvStore.Replication.Tests;

/// <summary>A client with a key of its own that signs what it asks for. It may be used from several threads.</summary>
internal sealed class TestClient(ClusterId cluster) : IDisposable
{
    private readonly Ed25519PrivateKey _key = new(Guid.NewGuid().ToByteArray().Concat(Guid.NewGuid().ToByteArray()).ToArray());
    private long _counter;

    public void Dispose() => _key.Dispose();

    public Request Sign(OperationMethod method, string path, string body = "", string query = "")
    {
        if (!Operation.TryCreate(method, path, query, [], Encoding.UTF8.GetBytes(body), out var operation)) throw new ArgumentException("Not an operation.", nameof(path));
        var now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var unsigned = Make(operation, now, (ulong)Interlocked.Increment(ref _counter), default);
        return Make(operation, now, unsigned.Nonce.Counter, _key.Sign(SignatureBase.Of(unsigned, cluster)));
    }

    private Request Make(Operation operation, ulong seconds, ulong counter, Signature signature) => new()
    {
        Client = _key.PublicKey,
        Nonce = new Nonce(new SessionId(7), counter),
        Created = new Timestamp((seconds - 1) * 1000),
        Expires = new Timestamp((seconds + 60) * 1000),
        Operation = operation,
        Signature = signature,
    };
}
