using System.Collections.Immutable;
using KvStore.Protocol;

namespace KvStore.Simulator.Scenarios;

/// <summary>A trigger has occurred at a replica.</summary>
/// <param name="Kind">The trigger.</param>
/// <param name="Configuration">The view.</param>
/// <param name="Client">Whose request it was; <see cref="ScriptedFailure.AnyClient"/> when nobody's.</param>
/// <param name="Matter">What it was about.</param>
internal readonly record struct Occurrence(TriggerKind Kind, ulong Configuration, int Client, Matter Matter);

/// <summary>Tells from what one replica hears and says which of the test-bed's triggers have occurred. docs/simulator.md says why each is the nearest.</summary>
internal sealed class TriggerWatch(ReplicaId self, GroupConfig group, ClusterId cluster, RequestBook requests)
{
    private const int CheckpointsMax = 16;
    private const int SeenMax = 16_384;

    private readonly Recent<SpokenKey, bool> _seen = new(SeenMax);
    private readonly Recent<Digest, bool> _shown = new(SeenMax);
    private readonly SortedDictionary<SequenceNumber, ImmutableDictionary<ReplicaId, Signed<Checkpoint>>> _votes = [];

    /// <summary>The batches that were heard of.</summary>
    public BatchBook Batches { get; } = new();

    /// <summary>The view that is open to the replica, as what it says and is shown has it.</summary>
    public View View { get; private set; }

    /// <summary>What a message that comes sets off.</summary>
    public IReadOnlyList<Occurrence> OnHeard(ReplicaId from, PeerMessage message) => message switch
    {
        RequestsMessage it => [.. it.Requests.SelectMany(OnShown)],
        ProposalMessage it => OnProposal(it),
        BatchesMessage it => [.. it.Batches.Select(OnMissed)],
        CommittedMessage it => [OnMissed(it.Batch)],
        FetchChunkMessage it => [Here(TriggerKind.GetRunningState, new StateMatter(it.Checkpoint, from))],
        StatementMessage { Signed: Signed<NewView> it } => OnNewView(it.Statement),
        StatementMessage { Signed: Signed<Checkpoint> it } => OnCheckpointVote(it),
        _ => [],
    };

    /// <summary>What the replica says sets off, once, however many it says it to.</summary>
    public IReadOnlyList<Occurrence> OnSaid(PeerMessage message)
    {
        var key = SpokenKey.Of(self, message);
        if ((key.Speech & Speech.ThreePhase) != Speech.None) View = key.View > View ? key.View : View;
        if (key.Speech is not (Speech.Proposal or Speech.Executed or Speech.ViewChange or Speech.NewView or Speech.Checkpoint)) return [];
        if (key.Speech != Speech.Proposal && !_seen.TryAdd(key, true)) return [];
        return message switch
        {
            ProposalMessage it => OnProposal(it),
            StatementMessage { Signed: Signed<Executed> it } => OnResult(it.Statement),
            StatementMessage { Signed: Signed<ViewChange> it } => [Here(TriggerKind.WedgeRequest, new ViewMatter(it.Statement.View))],
            StatementMessage { Signed: Signed<NewView> it } => OnOpened(it.Statement),
            StatementMessage { Signed: Signed<Checkpoint> it } => [Here(TriggerKind.Checkpoint, new CheckpointMatter(it.Statement.Sequence)), .. OnCheckpointVote(it)],
            _ => [],
        };
    }

    /// <summary>The votes for a checkpoint that the replica holds.</summary>
    public IEnumerable<Signed<Checkpoint>> VotesFor(SequenceNumber sequence) => _votes.TryGetValue(sequence, out var votes) ? votes.Values.OrderBy(vote => vote.Signer) : [];

    private Occurrence Here(TriggerKind kind, Matter matter, int client = ScriptedFailure.AnyClient) => new(kind, View.Number, client, matter);

    private IEnumerable<Occurrence> OnShown(Request request)
    {
        var (digest, client) = requests.Add(request, cluster);
        var isNew = _shown.TryAdd(digest, true);
        return [Here(isNew ? TriggerKind.ClientRequest : TriggerKind.ForwardedRequest, new RequestMatter(View, digest, cluster), client)];
    }

    private IReadOnlyList<Occurrence> OnProposal(ProposalMessage proposal)
    {
        Batches.Add(proposal.Batch);
        var statement = proposal.PrePrepare.Statement;
        if (!_seen.TryAdd(new SpokenKey(Speech.Proposal, statement.View, statement.Sequence), true)) return [];
        return [.. proposal.Batch.Requests.Select(request =>
            new Occurrence(TriggerKind.Shuttle, statement.View.Number, requests.ClientOf(request), new RequestMatter(statement.View, request, cluster)))];
    }

    private Occurrence OnMissed(Batch batch)
    {
        Batches.Add(batch);
        return Here(TriggerKind.CatchUp, new BatchMatter(batch.Digest));
    }

    private IReadOnlyList<Occurrence> OnResult(Executed statement) => Batches.Find(statement.Batch) is not { } batch ? [] :
        [.. batch.Requests.Select(request => Here(TriggerKind.ResultShuttle, new RequestMatter(View, request, cluster), requests.ClientOf(request)))];

    private IReadOnlyList<Occurrence> OnNewView(NewView statement) => _seen.TryAdd(new SpokenKey(Speech.NewView, statement.View, default), true) ? OnOpened(statement) : [];

    private IReadOnlyList<Occurrence> OnOpened(NewView statement)
    {
        if (statement.View > View) View = statement.View;
        return [new Occurrence(TriggerKind.NewConfiguration, statement.View.Number, ScriptedFailure.AnyClient, new ViewMatter(statement.View))];
    }

    private IReadOnlyList<Occurrence> OnCheckpointVote(Signed<Checkpoint> vote)
    {
        var sequence = vote.Statement.Sequence;
        var votes = _votes.GetValueOrDefault(sequence, ImmutableDictionary<ReplicaId, Signed<Checkpoint>>.Empty);
        if (votes.ContainsKey(vote.Signer)) return [];
        _votes[sequence] = votes = votes.Add(vote.Signer, vote);
        if (_votes.Count > CheckpointsMax) _votes.Remove(_votes.Keys.First());
        return votes.Values.Count(each => each.Statement == vote.Statement) == group.Quorum ? [Here(TriggerKind.CompletedCheckpoint, new CheckpointMatter(sequence))] : [];
    }
}
