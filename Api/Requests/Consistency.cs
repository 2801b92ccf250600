using System.Globalization;
using KvStore.Api.Problems;

namespace KvStore.Api.Requests;

/// <summary>How a read is kept consistent. protocol.md section 7.</summary>
internal enum Consistency
{
    /// <summary>By the read index; the default.</summary>
    Linearizable,

    /// <summary>Ordered like a write.</summary>
    Certified,

    /// <summary>From one replica's executed state, which may be old.</summary>
    Local,
}

/// <summary>Reads the parameters of a read that steer the gateway.</summary>
internal static class ReadParameters
{
    /// <summary>The longest that a read may wait for a change.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    /// <summary>Reads <c>consistency</c>, and refuses what is not built yet.</summary>
    /// <returns>The problem with it, or null.</returns>
    public static ProblemResult? ReadConsistency(string query, out Consistency consistency)
    {
        consistency = Consistency.Linearizable;
        if (query.Length <= 1) return null;
        switch (QueryText.Find(query, "consistency"))
        {
            case null or "linearizable":
                return null;
            case "certified":
                consistency = Consistency.Certified;
                return null;
            case "local":
                consistency = Consistency.Local;
                return null;
            case "proven":
                return new ProblemResult(ProblemKinds.UnsupportedParameter, "Proven reads are not supported yet: use linearizable or certified.");
            default:
                return new ProblemResult(ProblemKinds.BadParameter, "'consistency' is one of linearizable, certified, proven and local.");
        }
    }

    /// <summary>Reads <c>wait</c>: how long to wait for a change, and null when it is not there.</summary>
    /// <returns>The problem with it, or null.</returns>
    public static ProblemResult? ReadWait(string query, Consistency consistency, out TimeSpan? wait)
    {
        wait = null;
        if (QueryText.Find(query, "wait") is not { } text) return null;
        if (!TryDuration(text, out var duration))
            return new ProblemResult(ProblemKinds.BadParameter, "'wait' is a number of seconds or milliseconds, like 30s, 30 or 500ms.");
        if (duration > WaitMax) return new ProblemResult(ProblemKinds.BadParameter, "'wait' is at most 60s. Wait for as long, and ask again.");
        if (consistency == Consistency.Certified)
            return new ProblemResult(ProblemKinds.BadParameter, "'wait' goes with consistency=linearizable and local: what is ordered does not wait.");
        wait = duration;
        return null;
    }

    private static bool TryDuration(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var inMilliseconds = text.EndsWith("ms", StringComparison.Ordinal);
        var digits = inMilliseconds ? text[..^2] : text.EndsWith('s') ? text[..^1] : text;
        if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        duration = inMilliseconds ? TimeSpan.FromMilliseconds(number) : TimeSpan.FromSeconds(number);
        return true;
    }
}
