using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>What liars have heard and said, of all shards: they tell each other everything. Bounded.</summary>
internal sealed class Overheard
{
    private const int KeptMax = 512;

    private readonly List<PeerMessage> _messages = [];
    private int _next;

    public void Add(PeerMessage message)
    {
        if (message is not (StatementMessage or ProposalMessage or CommittedMessage or StableMessage or RequestsMessage)) return;
        if (_messages.Count < KeptMax) _messages.Add(message);
        else _messages[_next++ % KeptMax] = message;
    }

    /// <summary>Any of it; null when there is nothing yet.</summary>
    public PeerMessage? Pick(DeterministicRandom random) => _messages.Count == 0 ? null : random.Pick(_messages);
}
