using System.Threading.Channels;
using KvStore.Protocol;
using KvStore.Replication.Pool;

namespace KvStore.Replication.Tests.Network;

/// <summary>Keeps what is delivered to one group of one node, for a test to take in order.</summary>
internal sealed class RecordingSink : IPeerSink
{
    private static readonly TimeSpan FailureBound = TimeSpan.FromSeconds(60);

    private readonly Channel<(ReplicaId From, object What)> _delivered = Channel.CreateUnbounded<(ReplicaId, object)>();

    public bool IsSettled(PeerMessage message) => false;

    public void Deliver(ReplicaId from, VerifiedMessage message, int bytes) => _delivered.Writer.TryWrite((from, message));

    public void OnExecuted(ReplicaId from, Signed<Executed> claim) => _delivered.Writer.TryWrite((from, claim));

    public void OnReadIndexAnswer(ReplicaId from, ReadIndexAnswer answer) => _delivered.Writer.TryWrite((from, answer));

    public void OnRejected(RejectionKind kind, ReplicaId from) => _delivered.Writer.TryWrite((from, kind));

    /// <summary>The next thing, which must come from this node and be of this type.</summary>
    public async Task<T> Next<T>(int from)
    {
        var (sender, what) = await _delivered.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(FailureBound);
        Assert.Equal(from, sender.Index);
        return Assert.IsType<T>(what);
    }

    /// <summary>The next thing, which must be a message that needs no signature.</summary>
    public async Task<T> NextPlain<T>(int from)
        where T : PeerMessage => Assert.IsType<T>((await Next<PlainMessage>(from)).Message);
}
