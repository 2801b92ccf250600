using KvStore.Protocol;

namespace KvStore.Consensus.ViewChanging;

/// <summary>The latest ViewChange of every replica, and the NewView that opened the present view. One place per replica.</summary>
internal sealed class ViewChangeSet(GroupConfig group)
{
    private readonly Verified<ViewChange>?[] _latest = new Verified<ViewChange>?[group.Replicas];

    /// <summary>The NewView of the open view; null in the first.</summary>
    public Verified<NewView>? Opening { get; set; }

    /// <summary>What this replica itself pledged last, when its view is not open.</summary>
    public ViewChange? Pledged { get; set; }

    /// <summary>The last view for which this replica, as its primary, has sent a NewView: it sends one only.</summary>
    public View Opened { get; set; }

    public Verified<ViewChange>? Of(ReplicaId replica) => _latest[replica.Index];

    /// <summary>Takes a ViewChange unless it is older than what is held. Gives one of the same view and other content, which is evidence.</summary>
    public bool TryAdd(Verified<ViewChange> viewChange, out Verified<ViewChange>? contradicted)
    {
        contradicted = null;
        var held = _latest[viewChange.Signer.Index];
        if (held is not null && held.Statement.View >= viewChange.Statement.View)
        {
            if (held.Statement.View == viewChange.Statement.View && held.Signed.Signature != viewChange.Signed.Signature) contradicted = held;
            return false;
        }

        _latest[viewChange.Signer.Index] = viewChange;
        return true;
    }

    /// <summary>Whether a replica has pledged itself to do nothing any more in this view.</summary>
    public bool HasLeft(ReplicaId replica, View view) => Of(replica) is { } said && said.Statement.View > view;

    /// <summary>The ViewChanges for exactly this view, ascending by signer.</summary>
    public List<Verified<ViewChange>> For(View view) => [.. _latest.OfType<Verified<ViewChange>>().Where(each => each.Statement.View == view)];

    /// <summary>How many replicas have given up every view before this one.</summary>
    public int CountFrom(View view) => _latest.Count(each => each is not null && each.Statement.View >= view);

    /// <summary>
    /// The highest view that at least w others have reached or passed, when it is above <paramref name="current"/>: one of them is correct,
    /// so it is no lie that the view before is over. PBFT section 4.5.2.
    /// </summary>
    public View? JoinView(View current, ReplicaId self)
    {
        var views = new List<View>();
        foreach (var each in _latest)
        {
            if (each is not null && each.Signer != self && each.Statement.View > current) views.Add(each.Statement.View);
        }

        if (views.Count < group.WeakQuorum) return null;
        views.Sort();
        return views[^group.WeakQuorum];
    }
}
