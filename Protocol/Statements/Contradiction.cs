namespace KvStore.Protocol;

/// <summary>
/// When two statements of one signer, in one cluster, group and epoch, convict it: a correct replica makes at most one statement of a kind about the same thing, also
/// over crashes, because it writes down what it says before it says it. docs/accountability.md.
/// </summary>
public static class Contradiction
{
    /// <summary>Whether a correct replica never makes both.</summary>
    public static bool Between(Statement one, Statement other) => (one, other) switch
    {
        (OrderingVote a, OrderingVote b) => a.Kind == b.Kind && a.View == b.View && a.Sequence == b.Sequence && a.Batch != b.Batch,
        (Executed a, Executed b) => a.Sequence == b.Sequence && a != b,
        (Checkpoint a, Checkpoint b) => a.Sequence == b.Sequence && a != b,
        (ViewChange a, ViewChange b) => a.View == b.View && Differ(a, b),
        (NewView a, NewView b) => a.View == b.View && Differ(a, b),
        _ => false,
    };

    // Lists inside of a record are compared by reference, so these are compared by what is signed.
    private static bool Differ(Statement one, Statement other)
    {
        var (first, second) = (new CanonicalWriter(), new CanonicalWriter());
        one.EncodeFields(first);
        other.EncodeFields(second);
        return !first.Written.SequenceEqual(second.Written);
    }
}
