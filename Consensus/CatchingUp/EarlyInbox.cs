using KvStore.Protocol;

namespace KvStore.Consensus.CatchingUp;

/// <summary>
/// Proposals and votes of a view that is not open here yet, kept until it is: the others may be a message ahead. Bounded per sender; what does
/// not fit is sent again when this replica's status shows that it lacks it.
/// </summary>
internal sealed class EarlyInbox(GroupConfig group)
{
    private const int PerSenderMax = 128;
    private const ulong ViewsAheadMax = 2;

    private readonly int[] _counts = new int[group.Replicas];
    private List<(ReplicaId From, View View, VerifiedMessage Message)> _kept = [];

    public int Count => _kept.Count;

    public void Keep(ReplicaState state, ReplicaId from, View view, VerifiedMessage message)
    {
        var soon = view > state.OpenView && view.Number <= state.View.Number + ViewsAheadMax;
        if (soon && _counts[from.Index] < PerSenderMax)
        {
            _counts[from.Index]++;
            _kept.Add((from, view, message));
        }
        else if (view > state.OpenView)
        {
            state.Reject(RejectionKind.WrongView, from);
        }
    }

    /// <summary>What is kept of one replica's statements.</summary>
    public IEnumerable<Signed> Of(ReplicaId signer) => _kept.Select(each => SignedOf(each.Message)).OfType<Signed>().Where(signed => signed.Signer == signer);

    /// <summary>Takes out everything that belongs to a view that has opened, and forgets what belongs to earlier ones.</summary>
    public List<(ReplicaId From, VerifiedMessage Message)> Take(View opened)
    {
        var taken = new List<(ReplicaId From, VerifiedMessage Message)>();
        var later = new List<(ReplicaId From, View View, VerifiedMessage Message)>();
        Array.Clear(_counts);
        foreach (var (from, view, message) in _kept)
        {
            if (view == opened) taken.Add((from, message));
            if (view <= opened) continue;
            later.Add((from, view, message));
            _counts[from.Index]++;
        }

        _kept = later;
        return taken;
    }

    private static Signed? SignedOf(VerifiedMessage message) => message switch
    {
        VerifiedProposal it => it.PrePrepare.Signed,
        VerifiedStatement<Prepare> it => it.Verified.Signed,
        VerifiedStatement<Commit> it => it.Verified.Signed,
        _ => null,
    };
}
