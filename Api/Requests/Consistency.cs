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
    /// <summary>Reads <c>consistency</c>, and refuses what is not built yet.</summary>
    /// <returns>The problem with them, or null.</returns>
    public static ProblemResult? Read(string query, out Consistency consistency)
    {
        consistency = Consistency.Linearizable;
        if (query.Length <= 1) return null;
        if (QueryText.Find(query, "wait") is not null)
            return new ProblemResult(ProblemKinds.UnsupportedParameter, "Waiting for a change is not supported yet: leave 'wait' out and ask again.");
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
}
