// May break: what operations mean; it has none. May not break: the state is a function of the batches executed, its root tells two
// states apart, and a snapshot of it is proven against that root.
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>A state that is the hash of all that was executed, and the requests that were.</summary>
internal sealed record FakeState(SequenceNumber Sequence, Timestamp Time, Digest History, ImmutableList<Digest> Requests)
{
    public static FakeState Genesis { get; } = new(SequenceNumber.Genesis, default, Digest.Zero, []);

    public Digest Root => Digest.Of(Encode());

    public FakeState Apply(SequenceNumber sequence, Batch batch)
    {
        var writer = new CanonicalWriter();
        writer.Digest(History);
        writer.Sequence(sequence);
        writer.Digest(batch.Digest);
        var fresh = batch.Requests.Where(request => !Requests.Contains(request));
        return new FakeState(sequence, Timestamp.Max(Time, batch.Time), Digest.Of(writer.Written), Requests.AddRange(fresh));
    }

    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Sequence(Sequence);
        writer.Time(Time);
        writer.Digest(History);
        writer.Count(Requests.Count);
        foreach (var request in Requests) writer.Digest(request);
        return writer.ToArray();
    }

    public static FakeState? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var state = new FakeState(reader.Sequence(), reader.Time(), reader.Digest(), []);
        var requests = new List<Digest>();
        for (var count = reader.Count(1_000_000, Digest.Length); count > 0; count--) requests.Add(reader.Digest());
        return reader.Complete ? state with { Requests = [.. requests] } : null;
    }
}
