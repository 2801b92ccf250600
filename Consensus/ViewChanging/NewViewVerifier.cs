using KvStore.Consensus.Leadership;
using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>Whether a NewView is what its ViewChanges oblige its primary to send. Signatures and the quorum were checked before.</summary>
public static class NewViewVerifier
{
    /// <summary>The reason to refuse it, or null.</summary>
    public static RejectionKind? Judge(Verified<NewView> newView, LeaderPolicy leaders)
    {
        var statement = newView.Statement;
        if (leaders.Primary(statement.View) != newView.Signer) return RejectionKind.WrongRole;
        if (PlantedBugs.Has(PlantedBug.NewViewUnchecked)) return null;
        var expected = NewViewSelection.Select([.. statement.ViewChanges.Select(signed => signed.Statement)]);
        return expected.SequenceEqual(statement.Carried) ? null : RejectionKind.BadJustification;
    }
}
