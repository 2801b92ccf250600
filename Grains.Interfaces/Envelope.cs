using Orleans.Concurrency;

namespace KvStore.Grains.Interfaces;

/// <summary>
/// What one node has for another: bytes that nobody but the two can read a meaning into. Orleans carries them and knows nothing of the protocol. Who makes one
/// does not change its bytes afterwards.
/// </summary>
/// <param name="Bytes">The envelope, as docs/wire.md section 13 has it.</param>
[GenerateSerializer, Immutable, Alias("kv.envelope.v1")]
public sealed record Envelope([property: Id(0)] ReadOnlyMemory<byte> Bytes);

/// <summary>A client's request, signed by the client. Who makes one does not change its bytes afterwards.</summary>
/// <param name="Shard">The shard that it is for.</param>
/// <param name="Bytes">The request, as docs/wire.md section 4 has it.</param>
[GenerateSerializer, Immutable, Alias("kv.signed-request.v1")]
public sealed record SignedRequest([property: Id(0)] uint Shard, [property: Id(1)] ReadOnlyMemory<byte> Bytes);
