using KvStore.Protocol;

namespace KvStore.Client.Tests;

/// <summary>Clients for tests: with back-offs that nobody notices.</summary>
internal static class Clients
{
    public static readonly Ed25519PrivateKey Key = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    public static readonly ClusterId Cluster = new(Digest.Of("a cluster"u8));

    public static KvClientOptions Options(params Uri[] gateways) => new() { Gateways = gateways, AttemptsMax = 4, BackOff = TimeSpan.FromMilliseconds(1) };

    public static KvClient Signed(params Uri[] gateways) => new(Options(gateways) with { Key = Key, Cluster = Cluster });

    public static KvClient Unsigned(params Uri[] gateways) => new(Options(gateways));
}
