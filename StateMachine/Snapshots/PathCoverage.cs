using KvStore.Protocol;

namespace KvStore.StateMachine;

/// <summary>Which paths have been received: ranges with both ends included, ascending, that neither touch nor overlap.</summary>
internal sealed class PathCoverage
{
    private readonly List<(Digest First, Digest Last)> _ranges = [];

    /// <summary>Whether all paths have been received.</summary>
    public bool IsComplete => _ranges.Count == 1 && _ranges[0].First == Digest.Zero && _ranges[0].Last == PathBits.Last;

    /// <summary>Adds a range, which may overlap what is there.</summary>
    public void Add(Digest first, Digest last)
    {
        var at = 0;
        while (at < _ranges.Count && IsBefore(_ranges[at].Last, first)) at++;
        while (at < _ranges.Count && !IsBefore(last, _ranges[at].First))
        {
            if (_ranges[at].First.CompareTo(first) < 0) first = _ranges[at].First;
            if (_ranges[at].Last.CompareTo(last) > 0) last = _ranges[at].Last;
            _ranges.RemoveAt(at);
        }

        _ranges.Insert(at, (first, last));
    }

    /// <summary>The first path from a given one on that has not been received; false when all have.</summary>
    public bool TryFindMissing(Digest from, out Digest missing)
    {
        missing = from;
        foreach (var (first, last) in _ranges)
        {
            if (missing.CompareTo(first) < 0) return true;
            if (missing.CompareTo(last) > 0) continue;
            if (last == PathBits.Last) return false;
            missing = PathBits.Next(last);
        }

        return true;
    }

    // Whether a range that ends at one path and one that begins at another leave something between them.
    private static bool IsBefore(Digest last, Digest first) => last.CompareTo(first) < 0 && PathBits.Next(last) != first;
}
