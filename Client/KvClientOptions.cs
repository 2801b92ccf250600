using KvStore.Protocol;

namespace KvStore.Client;

/// <summary>Whom a <see cref="KvClient"/> speaks to, as whom, and for how long it tries.</summary>
public sealed record KvClientOptions
{
    /// <summary>
    /// The gateways, at least one: <c>http://host:port</c> or https. The first is used as long as it answers; then the next, which is stayed with.
    /// </summary>
    public required IReadOnlyList<Uri> Gateways { get; init; }

    /// <summary>The key that signs requests, which stays the caller's and must outlive the client; null sends them unsigned.</summary>
    public Ed25519PrivateKey? Key { get; init; }

    /// <summary>
    /// The cluster that signatures are for. Null asks a gateway once, and so trusts that it names the right one: pin it where gateways are not trusted.
    /// </summary>
    public ClusterId? Cluster { get; init; }

    /// <summary>Whether reads are signed too when there is a key. A gateway that takes unsigned reads answers them faster.</summary>
    public bool SignReads { get; init; } = true;

    /// <summary>How long one operation may take over all its attempts. What a read waits for a change comes on top.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For how long a signed request can still be executed, and its outcome asked for, at least; up to five minutes. The cluster remembers each that long.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long one attempt may take when another may follow. Longer than a gateway waits for its replicas (5 s), so that its answer is heard.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How often an operation is sent at most.</summary>
    public int AttemptsMax { get; init; } = 8;

    /// <summary>About how long to wait before the second round over the gateways; twice that before the third, and so on.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between attempts, unless a gateway asks for a longer one.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long making a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections to one gateway, at most; as many requests are under way at a time, and more wait.</summary>
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>The wall clock and the timers.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes what sends requests, in place of sockets; for tests.</summary>
    public Func<HttpMessageHandler>? Handler { get; init; }
}
