using KvStore.Protocol;

namespace KvStore.Replication.Pool;

/// <summary>What the other replicas of a shard said last about where they stand. Their word, for operators and for early answers; nothing safe rests on it. Thread-safe.</summary>
/// <param name="group">The group.</param>
/// <param name="clock">Says how old a report is.</param>
internal sealed class PeerReports(GroupConfig group, TimeProvider clock)
{
    // Replicas report ten times a second; one that is silent for so long is down, cut off, or so slow that it is no help.
    private static readonly TimeSpan _ageMax = TimeSpan.FromSeconds(3);

    private readonly Report?[] _reports = new Report?[group.Replicas];

    /// <summary>How many say that they take full part.</summary>
    public int InService => Fresh().Count(report => !report.Status.Rejoining);

    /// <summary>What w of them, so at least a correct one, say that they have executed.</summary>
    public SequenceNumber ExecutedByWeakQuorum
    {
        get
        {
            var executed = Fresh().Select(report => report.Status.Executed).OrderDescending().ToList();
            return executed.Count < group.WeakQuorum ? SequenceNumber.Genesis : executed.Take(group.WeakQuorum).Last();
        }
    }

    /// <summary>Takes a report.</summary>
    public void Note(ReplicaId from, StatusMessage status) => Volatile.Write(ref _reports[from.Index], new Report(status, clock.GetTimestamp()));

    /// <summary>What a replica said lately, or null.</summary>
    public StatusMessage? Of(int replica) => Volatile.Read(ref _reports[replica]) is { } report && IsFresh(report) ? report.Status : null;

    private IEnumerable<Report> Fresh()
    {
        for (var i = 0; i < _reports.Length; i++)
        {
            if (Volatile.Read(ref _reports[i]) is { } report && IsFresh(report)) yield return report;
        }
    }

    private bool IsFresh(Report report) => clock.GetElapsedTime(report.Heard) <= _ageMax;

    private sealed record Report(StatusMessage Status, long Heard);
}
