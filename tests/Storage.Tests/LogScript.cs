// The oracle of the crash tests: a plain list of what a log was told, and the rule for what may come back after a power cut.
namespace KvStore.Storage.Tests;

/// <summary>One step of a script.</summary>
internal abstract record LogStep
{
    internal sealed record Append(byte[] Record) : LogStep;

    internal sealed record Flush : LogStep;

    /// <summary>A new segment, at the next basis.</summary>
    internal sealed record Begin(byte[][] Live) : LogStep;

    /// <summary>The state at the last basis is durable.</summary>
    internal sealed record Drop : LogStep;
}

/// <summary>Runs steps against a log and knows which contents a crash may leave.</summary>
internal sealed class LogScript
{
    private static readonly WriteAheadLogOptions _small = new() { AllocationBytes = 2048 };

    // All segments since the last that was dropped: basis and records. The last is the present one.
    private readonly List<(ulong Basis, List<byte[]> Records)> _segments = [(0, [])];

    // What is durable: of how many segments, and of how many records in the last of those.
    private int _durableSegments = 1;
    private int _durableRecords;

    /// <summary>Runs the steps on a disk until they end or the power does.</summary>
    /// <returns>Whether the power was cut.</returns>
    public bool Run(IDisk disk, IEnumerable<LogStep> steps)
    {
        try
        {
            using var log = WriteAheadLog.Open(disk, out var found, _small);
            Assert.Equal(_segments[^1].Records, found.Select(record => record.ToArray()));
            foreach (var step in steps) Do(log, step);
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    /// <summary>
    /// Asserts that what came back is what was flushed and perhaps more of what was appended, in order, and that the older segments that were not
    /// dropped are whole. Takes it as the content from which the script goes on.
    /// </summary>
    public void AcceptAfterCrash(WriteAheadLog log, IReadOnlyList<ReadOnlyMemory<byte>> found)
    {
        var records = found.Select(record => record.ToArray()).ToList();
        var present = _segments.FindIndex(segment => segment.Basis == log.Basis);
        Assert.True(present + 1 >= _durableSegments, "A segment that was durable is not there.");
        var written = _segments[present].Records;
        var atLeast = present + 1 == _durableSegments ? _durableRecords : 0;
        Assert.InRange(records.Count, atLeast, written.Count);
        Assert.Equal(written.Take(records.Count), records);
        var older = log.ReadOlder(_segments[0].Basis).ToList();
        Assert.Equal(_segments.Take(present).Select(segment => segment.Basis), older.Select(segment => segment.Basis));
        Assert.All(_segments.Take(present).Zip(older), pair => Assert.Equal(pair.First.Records, pair.Second.Records.Select(record => record.ToArray())));
        _segments.RemoveRange(present + 1, _segments.Count - present - 1);
        written.RemoveRange(records.Count, written.Count - records.Count);
        (_durableSegments, _durableRecords) = (_segments.Count, records.Count);
    }

    private void Do(WriteAheadLog log, LogStep step)
    {
        switch (step)
        {
            case LogStep.Append append:
                _segments[^1].Records.Add(append.Record);
                log.Append(append.Record);
                break;
            case LogStep.Flush:
                log.Flush();
                (_durableSegments, _durableRecords) = (_segments.Count, _segments[^1].Records.Count);
                break;
            case LogStep.Begin begin:
                _segments.Add((_segments[^1].Basis + 8, [.. begin.Live]));
                log.BeginSegment(_segments[^1].Basis, begin.Live);
                break;
            case LogStep.Drop:
                Do(log, new LogStep.Flush());
                // From here on the older ones may be gone, or some of them, and nobody asks for them.
                _segments.RemoveRange(0, _segments.Count - 1);
                _durableSegments = 1;
                Assert.True(log.TryDropOlder(_segments[^1].Basis));
                break;
        }
    }
}
