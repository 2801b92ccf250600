using KvStore.Protocol;

namespace KvStore.Simulator;

/// <summary>Makes liars.</summary>
internal static class Lies
{
    /// <summary>All that a replica can do, once each.</summary>
    public static IReadOnlyList<Lie> All { get; } = Enum.GetValues<Lie>();

    /// <summary>The behaviour of a name.</summary>
    public static Behaviour Make(Lie lie, LiarKit kit) => lie switch
    {
        Lie.Silent => new SilentBehaviour(kit),
        Lie.Slow => new SlowBehaviour(kit),
        Lie.Selective => new SelectiveBehaviour(kit),
        Lie.Flood => new FloodBehaviour(kit),
        Lie.JustInTime => new JustInTimeBehaviour(kit),
        Lie.Complain => new ComplainBehaviour(kit),
        Lie.Equivocate => new EquivocateBehaviour(kit),
        Lie.EquivocateInVotes => new EquivocateInVotesBehaviour(kit),
        Lie.VoteTwice => new VoteTwiceBehaviour(kit),
        Lie.CommitEarly => new CommitEarlyBehaviour(kit),
        Lie.BadBatch => new BadBatchBehaviour(kit),
        Lie.Starve => new StarveBehaviour(kit, KeyedHash.KeyOf("client 0")),
        Lie.Withhold => new WithholdBehaviour(kit),
        Lie.AlterRequests => new AlterRequestsBehaviour(kit),
        Lie.StaleViewChange => new StaleViewChangeBehaviour(kit),
        Lie.InflatedViewChange => new InflatedViewChangeBehaviour(kit),
        Lie.ForgedViewChange => new ForgedViewChangeBehaviour(kit),
        Lie.Hoard => new HoardBehaviour(kit),
        Lie.OmitInNewView or Lie.BlankInNewView or Lie.ReorderInNewView or Lie.InventInNewView => new NewViewForger(kit, lie),
        Lie.SplitNewView => new SplitNewViewBehaviour(kit),
        Lie.WrongRoots => new WrongRootsBehaviour(kit),
        Lie.BadChunks => new BadChunksBehaviour(kit),
        Lie.BadCertificates => new BadCertificatesBehaviour(kit),
        Lie.Replay => new ReplayBehaviour(kit),
        Lie.FarFuture => new FarFutureBehaviour(kit),
        Lie.WrongResults => new WrongResultsBehaviour(kit),
        Lie.WrongReadIndex => new WrongReadIndexBehaviour(kit),
        Lie.WrongStatus => new WrongStatusBehaviour(kit),
        Lie.WrongRecall => new WrongRecallBehaviour(kit),
        Lie.Mangle => new MangleBehaviour(kit),
        _ => throw new ArgumentOutOfRangeException(nameof(lie), lie, "A lie that nobody can tell."),
    };
}
