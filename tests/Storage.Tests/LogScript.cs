// The oracle of the crash tests: a plain list of what a log was told, and the rule for what may come back after a power cut.
namespace KvStore.Storage.Tests;

/// <summary>One step of a script.</summary>
internal abstract record LogStep
{
    internal sealed record Append(byte[] Record) : LogStep;

    internal sealed record Flush : LogStep;

    internal sealed record Compact(byte[][] Live) : LogStep;
}

/// <summary>Runs steps against a log and knows which contents a crash may leave.</summary>
internal sealed class LogScript
{
    private readonly List<byte[]> _content = [];
    private int _durable;
    private byte[][]? _compactingTo;

    /// <summary>Runs the steps on a disk until they end or the power does.</summary>
    /// <returns>Whether the power was cut.</returns>
    public bool Run(IDisk disk, IEnumerable<LogStep> steps, Func<ulong>? newSalt = null)
    {
        try
        {
            using var log = WriteAheadLog.Open(disk, out var found, newSalt);
            Assert.Equal(_content, found.Select(record => record.ToArray()));
            foreach (var step in steps) Do(log, step);
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    /// <summary>
    /// Asserts that what came back is what was flushed and perhaps more of what was appended, in order; or, while a compaction was under
    /// way, exactly what it was to leave. Takes it as the content from which the script goes on.
    /// </summary>
    public void AcceptAfterCrash(IReadOnlyList<ReadOnlyMemory<byte>> found)
    {
        var records = found.Select(record => record.ToArray()).ToList();
        var isNew = _compactingTo is not null && AreSame(records, _compactingTo);
        var isOld = records.Count >= _durable && AreSame(records, _content.Take(records.Count));
        Assert.True(isOld || isNew, $"Neither the old content ({_durable} to {_content.Count} records) nor the new: {records.Count} records.");
        _content.Clear();
        _content.AddRange(records);
        _durable = records.Count;
        _compactingTo = null;
    }

    private static bool AreSame(IReadOnlyList<byte[]> left, IEnumerable<byte[]> right)
    {
        var others = right.ToList();
        return left.Count == others.Count && left.Zip(others).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private void Do(WriteAheadLog log, LogStep step)
    {
        switch (step)
        {
            case LogStep.Append append:
                _content.Add(append.Record);
                log.Append(append.Record);
                break;
            case LogStep.Flush:
                log.Flush();
                _durable = _content.Count;
                break;
            case LogStep.Compact compact:
                _compactingTo = compact.Live;
                log.Compact(compact.Live);
                _content.Clear();
                _content.AddRange(compact.Live);
                _durable = _content.Count;
                _compactingTo = null;
                break;
        }
    }
}
