// May break: what operations mean; only a time to live has a meaning, and two keys expire in a batch at most. May not break: the state is a function of the batches executed, its root tells two
// states apart, and a snapshot of it is proven against that root.
using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Consensus.Tests.Harness;

/// <summary>A state that is the hash of all that was executed, the requests that were, and when what they put expires, ascending.</summary>
internal sealed record FakeState(SequenceNumber Sequence, Timestamp Time, Digest History, ImmutableList<Digest> Requests, ImmutableList<Timestamp> Expiries)
{
    private const int ExpiredPerBatchMax = 2;
    private const string TimeToLive = "?ttl=";

    public static FakeState Genesis { get; } = new(SequenceNumber.Genesis, default, Digest.Zero, [], []);

    public Timestamp? NextExpiry => Expiries.IsEmpty ? null : Expiries[0];

    public Digest Root => Digest.Of(Encode());

    public FakeState Apply(SequenceNumber sequence, Batch batch, IEnumerable<Operation> operations)
    {
        var time = Timestamp.Max(Time, batch.Time);
        var left = Expiries.RemoveRange(0, Math.Min(ExpiredPerBatchMax, Expiries.Count(expires => expires <= time)));
        var added = operations.Where(each => each.Query.StartsWith(TimeToLive)).Select(each => new Timestamp(time.UnixMilliseconds + 1000 * ulong.Parse(each.Query[TimeToLive.Length..])));
        var writer = new CanonicalWriter();
        writer.Digest(History);
        writer.Sequence(sequence);
        writer.Digest(batch.Digest);
        var fresh = batch.Requests.Where(request => !Requests.Contains(request));
        return new FakeState(sequence, time, Digest.Of(writer.Written), Requests.AddRange(fresh), left.AddRange(added).Sort());
    }

    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Sequence(Sequence);
        writer.Time(Time);
        writer.Digest(History);
        writer.Count(Requests.Count);
        foreach (var request in Requests) writer.Digest(request);
        writer.Count(Expiries.Count);
        foreach (var expires in Expiries) writer.Time(expires);
        return writer.ToArray();
    }

    public static FakeState? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var state = new FakeState(reader.Sequence(), reader.Time(), reader.Digest(), [], []);
        var requests = new List<Digest>();
        for (var count = reader.Count(1_000_000, Digest.Length); count > 0; count--) requests.Add(reader.Digest());
        var expiries = new List<Timestamp>();
        for (var count = reader.Count(1_000_000, sizeof(ulong)); count > 0; count--) expiries.Add(reader.Time());
        return reader.Complete ? state with { Requests = [.. requests], Expiries = [.. expiries] } : null;
    }
}
